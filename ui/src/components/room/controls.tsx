'use client';

import clsx from 'clsx';
import { Eye, Hand, MessageSquare, Mic, MicOff, MonitorUp, MonitorX, PhoneOff, Settings, Users, Video, VideoOff } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { MenuHost } from '@/components/ui/menu';
import { keepFocus, ToggleButton } from '@/components/ui/toggle-button';
import { canShareScreen } from '@/lib/media/devices';
import { isPending, isSilentViewer, maySend, useMeeting } from '@/lib/store/meeting';
import type { RoomActions } from './actions';
import { DeviceMenu } from './device-menu';
import { HostMenu } from './host-menu';
import { MoreMenu } from './more-menu';

interface ControlsProps {
  actions: RoomActions;
  onSettings: () => void;
  onHelp: () => void;
}

export function Controls(props: ControlsProps) {
  const [footer, setFooter] = useState<HTMLElement | null>(null);
  return (
    <MenuHost value={footer}>
      <footer ref={setFooter} className="shrink-0 px-1.5 pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-4 sm:pb-4">
        <Toolbar {...props} />
      </footer>
    </MenuHost>
  );
}

/** What finds no room on a narrow screen is in the menu More; where even that is too much, a second row begins. */
function Toolbar({ actions, onSettings, onHelp }: ControlsProps) {
  const { hand } = useMeeting((state) => state.wanted);
  const handPending = useMeeting((state) => isPending(state, 'hand'));
  const count = useMeeting((state) => Object.keys(state.people).length);
  const sharing = useMeeting((state) => state.screen !== null);
  const panel = useMeeting((state) => state.panel);
  const unread = useMeeting((state) => state.unread);
  const screenBusy = useMeeting((state) => state.screenBusy);
  const waiting = useMeeting((state) => state.lobby?.length ?? 0);
  const isSilent = useMeeting(isSilentViewer);
  const isViewer = useMeeting((state) => state.people[state.selfId]?.role === 'viewer');

  return (
    <div
      role="toolbar"
      aria-label="Meeting controls"
      onKeyDown={walk}
      className="flex flex-wrap items-center justify-center gap-1.5 md:gap-2.5"
    >
      <Devices actions={actions} onSettings={onSettings} />
      {canShareScreen() && !isViewer && (
        <ToggleButton
          tone="alert"
          pressed={sharing}
          label="Share screen"
          shortcut="S"
          data-testid="toggle-screen"
          aria-busy={screenBusy}
          className="max-[30rem]:hidden"
          icon={sharing ? <MonitorX className="size-5" aria-hidden /> : <MonitorUp className="size-5" aria-hidden />}
          onMouseDown={keepFocus}
          onClick={actions.toggleScreen}
        />
      )}
      {!isSilent && <ToggleButton
        tone="alert"
        pressed={hand}
        label="Raise hand"
        shortcut="H"
        data-testid="toggle-hand"
        pending={handPending}
        className="max-sm:hidden"
        icon={<Hand className="size-5" aria-hidden />}
        onMouseDown={keepFocus}
        onClick={actions.toggleHand}
      />}
      <Line />
      <ToggleButton
        pressed={panel === 'chat'}
        label="Chat"
        shortcut="C"
        badge={unread}
        data-testid="toggle-chat"
        icon={<MessageSquare className="size-5" aria-hidden />}
        onClick={() => actions.togglePanel('chat')}
      />
      <ToggleButton
        pressed={panel === 'people'}
        label="People"
        shortcut="P"
        badge={waiting}
        badgeOf="waiting"
        data-testid="toggle-people"
        className="max-[24.375rem]:hidden sm:w-auto! sm:px-4"
        icon={
          <>
            <Users className="size-5" aria-hidden />
            <span className="ml-2 hidden text-sm font-semibold tabular-nums sm:inline">{count}</span>
          </>
        }
        onClick={() => actions.togglePanel('people')}
      />
      <HostMenu />
      <button
        type="button"
        aria-label="Settings"
        title="Settings"
        data-testid="open-settings"
        onClick={onSettings}
        className="inline-flex size-12 shrink-0 items-center justify-center rounded-2xl bg-ink-700 hover:bg-ink-600 max-md:hidden"
      >
        <Settings className="size-5" aria-hidden />
      </button>
      <MoreMenu actions={actions} hand={hand} onSettings={onSettings} onHelp={onHelp} />
      <Line />
      <button
        type="button"
        data-testid="leave"
        aria-label="Leave the meeting"
        title="Leave the meeting"
        onMouseDown={keepFocus}
        onClick={actions.leave}
        className="inline-flex h-12 min-w-12 items-center justify-center gap-2 rounded-2xl bg-danger px-3 font-semibold text-white hover:bg-danger-hi sm:px-5"
      >
        <PhoneOff className="size-5" aria-hidden />
        <span className="hidden sm:inline">Leave</span>
      </button>
    </div>
  );
}

/** Of what may not be sent there is no button; why, is said in its place. */
function Devices(props: Omit<DeviceButtonProps, 'kind'>) {
  const speaks = useMeeting((state) => maySend(state, 'microphone'));
  const shows = useMeeting((state) => maySend(state, 'camera'));
  if (!speaks && !shows) {
    return (
      <p data-testid="viewer-note" className="inline-flex min-h-12 items-center gap-2.5 rounded-2xl bg-ink-800 px-4 text-sm leading-tight text-soft">
        <Eye className="size-5 shrink-0" aria-hidden /> You are a viewer: you see and hear, and send nothing.
      </p>
    );
  }
  return (
    <>
      {speaks && <DeviceButton kind="microphone" {...props} />}
      {shows && <DeviceButton kind="camera" {...props} />}
    </>
  );
}

function Line() {
  return <span className="mx-1 hidden h-8 w-px bg-ink-600 md:block" aria-hidden />;
}

interface DeviceButtonProps {
  kind: 'microphone' | 'camera';
  actions: RoomActions;
  onSettings: () => void;
}

const kDevices = {
  microphone: { label: 'Microphone', shortcut: 'M', testId: 'toggle-mic', on: Mic, off: MicOff },
  camera: { label: 'Camera', shortcut: 'V', testId: 'toggle-camera', on: Video, off: VideoOff },
} as const;

/** A button in two halves: on or off, and which one. */
function DeviceButton({ kind, actions, onSettings }: DeviceButtonProps) {
  const wanted = useMeeting((state) => state.wanted[kind]);
  const pending = useMeeting((state) => isPending(state, kind));
  const { label, shortcut, testId, on, off } = kDevices[kind];
  const Icon = wanted ? on : off;
  return (
    <span className="inline-flex shrink-0 items-stretch">
      <ToggleButton
        tone="device"
        pressed={wanted}
        label={label}
        shortcut={shortcut}
        data-testid={testId}
        pending={pending}
        className="min-[22.5rem]:rounded-r-none"
        icon={<Icon className="size-5" aria-hidden />}
        onMouseDown={keepFocus}
        onClick={kind === 'camera' ? actions.toggleCamera : actions.toggleMicrophone}
      />
      <DeviceMenu
        kind={kind}
        onSettings={onSettings}
        className={clsx(
          'inline-flex w-7 items-center justify-center rounded-r-2xl border-l max-[22.5rem]:hidden',
          wanted
            ? 'border-ink-500 bg-ink-700 text-soft hover:bg-ink-600 hover:text-text data-[state=open]:bg-ink-600'
            : 'border-white/35 bg-danger text-white hover:bg-danger-hi data-[state=open]:bg-danger-hi',
        )}
      />
    </span>
  );
}

/** Arrow keys walk a toolbar (ARIA Authoring Practices); Tab goes on to reach every control. */
function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined) return;
  const buttons = [...event.currentTarget.querySelectorAll('button')].filter((each) => each.checkVisibility());
  const at = buttons.findIndex((each) => each === document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  const to = step === Infinity ? buttons.length - 1 : step === -Infinity ? 0 : (at + step + buttons.length) % buttons.length;
  buttons[to]?.focus();
}
