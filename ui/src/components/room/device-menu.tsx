'use client';

import { ChevronUp, Settings2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { MenuChoice, MenuContent, MenuItem, MenuLine } from '@/components/ui/menu';
import { canChooseSpeaker } from '@/lib/media/devices';
import { useLocal } from '@/lib/store/local';
import { useSettings } from '@/lib/store/settings';
import { useSession } from './session-context';

interface DeviceMenuProps {
  kind: 'microphone' | 'camera';
  /** Looks like the half of the button beside it that it is. */
  className: string;
  onSettings: () => void;
}

/** Beside a device's button: which one it is. */
export function DeviceMenu({ kind, className, onSettings }: DeviceMenuProps) {
  const sound = kind === 'microphone';
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={sound ? 'Choose microphone and speaker' : 'Choose camera'}
        title={sound ? 'Choose microphone and speaker' : 'Choose camera'}
        data-testid={`${kind}-devices`}
        className={className}
      >
        <ChevronUp className="size-4" aria-hidden />
      </DropdownMenu.Trigger>
      <MenuContent align="start" testId={`${kind}-menu`}>
        <Inputs kind={kind} />
        {sound && <Speakers />}
        <MenuLine />
        <MenuItem icon={<Settings2 className="size-4.5" aria-hidden />} onSelect={onSettings}>
          {sound ? 'Sound settings' : 'Picture settings'}
        </MenuItem>
      </MenuContent>
    </DropdownMenu.Root>
  );
}

function Inputs({ kind }: { kind: DeviceMenuProps['kind'] }) {
  const session = useSession();
  const track = useLocal((state) => state[kind]);
  const devices = useLocal((state) => (kind === 'camera' ? state.devices.cameras : state.devices.microphones));
  const chosen = useSettings((state) => (kind === 'camera' ? state.cameraId : state.microphoneId));
  const label = kind === 'camera' ? 'Camera' : 'Microphone';
  return (
    <MenuChoice
      label={label}
      testId={`choose-${kind}`}
      value={track?.getSettings().deviceId ?? chosen ?? devices[0]?.deviceId ?? ''}
      options={named(devices, label)}
      onChange={(deviceId) => {
        useSettings.getState().update(kind === 'camera' ? { cameraId: deviceId } : { microphoneId: deviceId });
        void session.publisher.switchDevice(kind);
      }}
    />
  );
}

function Speakers() {
  const session = useSession();
  const speakers = useLocal((state) => state.devices.speakers);
  const chosen = useSettings((state) => state.speakerId);
  if (!canChooseSpeaker() || speakers.length === 0) return null;
  return (
    <MenuChoice
      label="Speaker"
      testId="choose-speaker"
      value={chosen ?? speakers[0]?.deviceId ?? ''}
      options={named(speakers, 'Speaker')}
      onChange={(speakerId) => {
        useSettings.getState().update({ speakerId });
        void session.audio.setSpeaker(speakerId);
      }}
    />
  );
}

function named(devices: readonly MediaDeviceInfo[], label: string) {
  return devices.map((each, index) => ({ value: each.deviceId, label: each.label === '' ? `${label} ${index + 1}` : each.label }));
}
