'use client';

import { useCallback, useLayoutEffect, useMemo, useState } from 'react';
import { SettingsDialog } from '@/components/settings/settings-dialog';
import { MenuHost } from '@/components/ui/menu';
import { useMeeting } from '@/lib/store/meeting';
import { focusFirst } from '@/lib/util/focus';
import { roomActions } from './actions';
import { Banners, LiveRegion } from './banners';
import { ChatPanel } from './chat-panel';
import { Controls } from './controls';
import { Header } from './header';
import { HelpDialog } from './help-dialog';
import { HostDialogs } from './host-dialogs';
import { PeoplePanel } from './people-panel';
import { useSession } from './session-context';
import { Stage } from './stage';
import { StatsOverlay } from './stats-overlay';
import { UnmuteDialog } from './unmute-dialog';
import { useShortcuts } from './use-shortcuts';

/** Inside the meeting. */
export function Room() {
  const session = useSession();
  const actions = useMemo(() => roomActions(session), [session]);
  const panel = useMeeting((state) => state.panel);
  const statsOpen = useMeeting((state) => state.statsOpen);
  const [settings, setSettings] = useState(false);
  const [help, setHelp] = useState(false);
  const [main, setMain] = useState<HTMLElement | null>(null);
  const isAsked = useMeeting((state) => state.hostDialog !== null || state.unmuteAsked !== null);
  const openHelp = useCallback(() => setHelp(true), []);
  useShortcuts(actions, openHelp, settings || help || isAsked);
  // The page that had the focus has just gone. The heading says where one is now, and leaves Space to talking.
  useLayoutEffect(() => focusFirst('[data-testid="room-code"]'), []);

  return (
    <div className="flex h-dvh flex-col overflow-hidden" data-testid="room">
      <Header />
      <Banners actions={actions} />
      <main ref={setMain} className="relative flex min-h-0 flex-1">
        <MenuHost value={main}>
          <Stage />
          {panel === 'chat' && <ChatPanel onClose={actions.closePanel} />}
          {panel === 'people' && <PeoplePanel onClose={actions.closePanel} />}
        </MenuHost>
      </main>
      <Controls actions={actions} onSettings={() => setSettings(true)} onHelp={openHelp} />
      {statsOpen && <StatsOverlay onClose={actions.toggleStats} />}
      <SettingsDialog open={settings} onOpenChange={setSettings} />
      <HostDialogs />
      <UnmuteDialog />
      <HelpDialog open={help} onOpenChange={setHelp} />
      <LiveRegion />
    </div>
  );
}
