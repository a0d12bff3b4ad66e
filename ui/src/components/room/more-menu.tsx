'use client';

import { Activity, Ellipsis, Hand, Keyboard, LayoutGrid, Link2, MonitorUp, MonitorX, PictureInPicture2, Settings, ShieldCheck, Users } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { MenuContent, MenuItem } from '@/components/ui/menu';
import { canShareScreen } from '@/lib/media/devices';
import { notify } from '@/lib/session/notices';
import { isSilentViewer, leadOf, useMeeting } from '@/lib/store/meeting';
import { invitationLink } from '@/lib/util/room-code';
import type { RoomActions } from './actions';
import { canFloat, floatPicture } from './float-picture';

interface MoreMenuProps {
  actions: RoomActions;
  hand: boolean;
  onSettings: () => void;
  onHelp: () => void;
}

const kIcon = 'size-4.5';

/** What has no button of its own, and on narrow screens the buttons that found no room. */
export function MoreMenu({ actions, hand, onSettings, onHelp }: MoreMenuProps) {
  const room = useMeeting((state) => state.room);
  const grid = useMeeting((state) => state.focus.kind === 'grid');
  const sharing = useMeeting((state) => state.screen !== null);
  const statsOpen = useMeeting((state) => state.statsOpen);
  const count = useMeeting((state) => Object.keys(state.people).length);
  const waiting = useMeeting((state) => state.lobby?.length ?? 0);
  const lead = useMeeting(leadOf);
  const isSilent = useMeeting(isSilentViewer);
  const isViewer = useMeeting((state) => state.people[state.selfId]?.role === 'viewer');
  const copy = () => {
    const link = invitationLink(room);
    // No clipboard where the page was not loaded over https.
    const copied = navigator.clipboard?.writeText(link) ?? Promise.reject(new Error('no clipboard'));
    copied.then(() => notify('Invitation link copied'), () => notify(`The link is ${link}`));
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
      <MenuContent testId="more-menu">
        <MenuItem className="min-[24.375rem]:hidden" icon={<Users className={kIcon} aria-hidden />} onSelect={() => actions.togglePanel('people')} testId="menu-people">
          People ({count}{waiting > 0 && `, ${waiting} waiting`})
        </MenuItem>
        {canShareScreen() && !isViewer && (
          <MenuItem
            className="min-[30rem]:hidden"
            icon={sharing ? <MonitorX className={kIcon} aria-hidden /> : <MonitorUp className={kIcon} aria-hidden />}
            onSelect={actions.toggleScreen}
            testId="menu-screen"
          >
            {sharing ? 'Stop sharing your screen' : 'Share your screen'}
          </MenuItem>
        )}
        {!isSilent && (
          <MenuItem className="sm:hidden" icon={<Hand className={kIcon} aria-hidden />} onSelect={actions.toggleHand} testId="menu-hand">
            {hand ? 'Lower your hand' : 'Raise your hand'}
          </MenuItem>
        )}
        {lead !== 'none' && (
          <MenuItem
            className="sm:hidden"
            icon={<ShieldCheck className={kIcon} aria-hidden />}
            onSelect={() => useMeeting.setState({ hostDialog: { kind: 'room' } })}
            testId="menu-host"
          >
            Host tools
          </MenuItem>
        )}
        <MenuItem className="md:hidden" icon={<Settings className={kIcon} aria-hidden />} onSelect={onSettings} testId="menu-settings">
          Settings
        </MenuItem>
        <MenuItem icon={<LayoutGrid className={kIcon} aria-hidden />} onSelect={actions.toggleGrid} hint="G" testId="menu-grid">
          {grid ? 'Follow shared screens' : 'Always show the grid'}
        </MenuItem>
        {canFloat() && (
          <MenuItem icon={<PictureInPicture2 className={kIcon} aria-hidden />} onSelect={floatPicture} testId="menu-float">
            Picture in a window of its own
          </MenuItem>
        )}
        <MenuItem icon={<Link2 className={kIcon} aria-hidden />} onSelect={copy} testId="menu-copy">Copy the invitation link</MenuItem>
        <MenuItem icon={<Activity className={kIcon} aria-hidden />} onSelect={actions.toggleStats} hint="T" testId="menu-stats">
          {statsOpen ? 'Hide statistics' : 'Show statistics'}
        </MenuItem>
        <MenuItem icon={<Keyboard className={kIcon} aria-hidden />} onSelect={onHelp} hint="?" testId="menu-help">Keyboard shortcuts</MenuItem>
      </MenuContent>
    </DropdownMenu.Root>
  );
}
