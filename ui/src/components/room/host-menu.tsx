'use client';

import { Hand, MicOff, OctagonX, Settings2, ShieldCheck } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { MenuContent, MenuItem, MenuLine, MenuSwitch } from '@/components/ui/menu';
import { leadOf, useMeeting } from '@/lib/store/meeting';
import { useSession } from './session-context';

const kIcon = 'size-4.5';

/** What concerns everybody at once. On narrow screens the menu More leads to the same in a dialog. */
export function HostMenu() {
  const { hosting } = useSession();
  const lead = useMeeting(leadOf);
  const settings = useMeeting((state) => state.settings);
  if (lead === 'none' || settings === null) return null;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label="Host tools"
        title="Host tools"
        data-testid="host-menu"
        className="inline-flex size-12 shrink-0 items-center justify-center rounded-2xl bg-ink-700 text-accent hover:bg-ink-600 data-[state=open]:bg-ink-600 max-sm:hidden"
      >
        <ShieldCheck className="size-5" aria-hidden />
      </DropdownMenu.Trigger>
      <MenuContent testId="host-actions">
        <MenuItem icon={<MicOff className={kIcon} aria-hidden />} onSelect={() => void hosting.muteAll()} testId="mute-all">Mute everybody else</MenuItem>
        <MenuItem icon={<Hand className={kIcon} aria-hidden />} onSelect={() => void hosting.lowerHands()} testId="lower-hands">Lower all hands</MenuItem>
        <MenuLine />
        <MenuSwitch checked={settings.locked} onChange={(locked) => void hosting.lock(locked)} testId="lock">Locked: nobody new comes in</MenuSwitch>
        {lead === 'host' && (
          <MenuSwitch checked={settings.lobby} onChange={(lobby) => void hosting.setLobby(lobby)} testId="lobby-switch">Newcomers wait to be let in</MenuSwitch>
        )}
        <MenuLine />
        <MenuItem
          icon={<Settings2 className={kIcon} aria-hidden />}
          onSelect={() => useMeeting.setState({ hostDialog: { kind: 'room' } })}
          testId="room-settings"
        >
          Password, permissions, links…
        </MenuItem>
        {lead === 'host' && (
          <MenuItem
            danger
            icon={<OctagonX className={kIcon} aria-hidden />}
            onSelect={() => useMeeting.setState({ hostDialog: { kind: 'end' } })}
            testId="end-for-all"
          >
            End for everyone…
          </MenuItem>
        )}
      </MenuContent>
    </DropdownMenu.Root>
  );
}
