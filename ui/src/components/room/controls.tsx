'use client';

import { Activity, Ellipsis, Hand, Keyboard, LayoutGrid, Link2, MessageSquare, Mic, MicOff, MonitorUp, MonitorX, PhoneOff, Settings, Users, Video, VideoOff } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { ToggleButton } from '@/components/ui/toggle-button';
import { canShareScreen } from '@/lib/media/devices';
import { notify } from '@/lib/session/notices';
import { isLive, useMeeting } from '@/lib/store/meeting';
import type { RoomActions } from './actions';
import { invitationLink } from './alone-card';

interface ControlsProps {
  actions: RoomActions;
  onSettings: () => void;
  onHelp: () => void;
}

export function Controls({ actions, onSettings, onHelp }: ControlsProps) {
  const self = useMeeting((state) => state.people[state.selfId]);
  const count = useMeeting((state) => Object.keys(state.people).length);
  const sharing = useMeeting((state) => state.screen !== null);
  const panel = useMeeting((state) => state.panel);
  const unread = useMeeting((state) => state.unread);
  const cameraBusy = useMeeting((state) => state.cameraBusy);
  const screenBusy = useMeeting((state) => state.screenBusy);
  const mic = isLive(self, 'microphone');
  const camera = isLive(self, 'camera');
  const hand = self?.hand != null;

  return (
    <footer className="shrink-0 px-2 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-4 sm:pb-4">
      <div role="toolbar" aria-label="Meeting controls" className="flex items-center justify-center gap-1.5 sm:gap-2.5">
        <ToggleButton
          tone="device"
          pressed={mic}
          label="Microphone"
          shortcut="M"
          data-testid="toggle-mic"
          icon={mic ? <Mic className="size-5" aria-hidden /> : <MicOff className="size-5" aria-hidden />}
          onClick={actions.toggleMicrophone}
        />
        <ToggleButton
          tone="device"
          pressed={camera}
          label="Camera"
          shortcut="V"
          data-testid="toggle-camera"
          aria-busy={cameraBusy}
          icon={camera ? <Video className="size-5" aria-hidden /> : <VideoOff className="size-5" aria-hidden />}
          onClick={actions.toggleCamera}
        />
        {canShareScreen() && (
          <ToggleButton
            tone="alert"
            pressed={sharing}
            label="Share screen"
            shortcut="S"
            data-testid="toggle-screen"
            aria-busy={screenBusy}
            icon={sharing ? <MonitorX className="size-5" aria-hidden /> : <MonitorUp className="size-5" aria-hidden />}
            onClick={actions.toggleScreen}
          />
        )}
        <ToggleButton
          tone="alert"
          pressed={hand}
          label="Raise hand"
          shortcut="H"
          data-testid="toggle-hand"
          className="max-sm:hidden"
          icon={<Hand className="size-5" aria-hidden />}
          onClick={actions.toggleHand}
        />
        <span className="mx-1 hidden h-8 w-px bg-ink-600 sm:block" aria-hidden />
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
          label={`People, ${count} here`}
          shortcut="P"
          data-testid="toggle-people"
          className="max-sm:w-12 sm:w-auto! sm:px-4"
          icon={
            <>
              <Users className="size-5" aria-hidden />
              <span className="ml-2 hidden text-sm font-semibold tabular-nums sm:inline" aria-hidden>{count}</span>
            </>
          }
          onClick={() => actions.togglePanel('people')}
        />
        <ToggleButton
          pressed={false}
          aria-pressed={undefined}
          label="Settings"
          data-testid="open-settings"
          className="max-sm:hidden"
          icon={<Settings className="size-5" aria-hidden />}
          onClick={onSettings}
        />
        <MoreMenu actions={actions} hand={hand} onSettings={onSettings} onHelp={onHelp} />
        <span className="mx-1 hidden h-8 w-px bg-ink-600 sm:block" aria-hidden />
        <button
          type="button"
          data-testid="leave"
          aria-label="Leave the meeting"
          title="Leave the meeting"
          onClick={actions.leave}
          className="inline-flex h-12 min-w-12 items-center justify-center gap-2 rounded-2xl bg-danger px-3 font-semibold text-white hover:bg-danger-hi sm:px-5"
        >
          <PhoneOff className="size-5" aria-hidden />
          <span className="hidden sm:inline">Leave</span>
        </button>
      </div>
    </footer>
  );
}

interface MoreMenuProps extends ControlsProps {
  hand: boolean;
}

function MoreMenu({ actions, hand, onSettings, onHelp }: MoreMenuProps) {
  const room = useMeeting((state) => state.room);
  const grid = useMeeting((state) => state.focus.kind === 'grid');
  const statsOpen = useMeeting((state) => state.statsOpen);
  const copy = () => {
    navigator.clipboard.writeText(invitationLink(room)).then(
      () => notify('Invitation link copied'),
      () => notify(`The link is ${invitationLink(room)}`),
    );
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label="More"
        title="More"
        data-testid="more"
        className="inline-flex size-12 shrink-0 items-center justify-center rounded-2xl bg-ink-700 hover:bg-ink-600 data-[state=open]:bg-ink-600"
      >
        <Ellipsis className="size-5" aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          side="top"
          align="end"
          sideOffset={10}
          collisionPadding={12}
          className="hairline z-40 min-w-64 rounded-2xl bg-ink-800 p-1.5 shadow-2xl shadow-black/60 animate-rise"
        >
          <Item className="sm:hidden" icon={<Hand className="size-4.5" aria-hidden />} onSelect={actions.toggleHand}>
            {hand ? 'Lower your hand' : 'Raise your hand'}
          </Item>
          <Item className="sm:hidden" icon={<Settings className="size-4.5" aria-hidden />} onSelect={onSettings} testId="menu-settings">
            Settings
          </Item>
          <Item icon={<LayoutGrid className="size-4.5" aria-hidden />} onSelect={actions.toggleGrid} hint="G">
            {grid ? 'Follow shared screens' : 'Always show the grid'}
          </Item>
          <Item icon={<Link2 className="size-4.5" aria-hidden />} onSelect={copy}>Copy the invitation link</Item>
          <Item icon={<Activity className="size-4.5" aria-hidden />} onSelect={actions.toggleStats} hint="T" testId="menu-stats">
            {statsOpen ? 'Hide statistics' : 'Show statistics'}
          </Item>
          <Item icon={<Keyboard className="size-4.5" aria-hidden />} onSelect={onHelp} hint="?" testId="menu-help">Keyboard shortcuts</Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ItemProps {
  icon: ReactNode;
  children: ReactNode;
  onSelect: () => void;
  hint?: string;
  className?: string;
  testId?: string;
}

function Item({ icon, children, onSelect, hint, className = '', testId }: ItemProps) {
  return (
    <DropdownMenu.Item
      data-testid={testId}
      onSelect={onSelect}
      className={`flex min-h-11 items-center gap-3 rounded-xl px-3 text-[0.95rem] outline-none data-highlighted:bg-ink-600 ${className}`}
    >
      <span className="text-soft">{icon}</span>
      <span className="flex-1">{children}</span>
      {hint !== undefined && <kbd className="rounded-md bg-ink-950/60 px-1.5 py-0.5 font-mono text-xs text-soft">{hint}</kbd>}
    </DropdownMenu.Item>
  );
}
