'use client';

import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { useMeeting, type HostDialog } from '@/lib/store/meeting';
import { RoomDialog } from './room-dialog';
import { useSession } from './session-context';

const kOpeners = ['[data-testid="host-menu"]', '[data-testid="toggle-people"]', '[data-testid="more"]'];

const close = () => useMeeting.setState({ hostDialog: null });

/** What is asked once more before it happens, and the room's settings. */
export function HostDialogs() {
  const shown = useMeeting((state) => state.hostDialog);
  return (
    <>
      <RoomDialog open={shown?.kind === 'room'} onClose={close} openers={kOpeners} />
      <Confirm shown={shown === null || shown.kind === 'room' ? null : shown} />
    </>
  );
}

type Question = Exclude<HostDialog, { kind: 'room' }>;

function wordsFor(question: Question): { title: string; text: string; yes: string } {
  switch (question.kind) {
    case 'end':
      return { title: 'End the meeting for everyone?', text: 'Everybody is disconnected, you too. The room stays: whoever has the link can meet in it again.', yes: 'End for everyone' };
    case 'remove':
      return { title: `Remove ${question.person.name}?`, text: 'They are told that you removed them, and cannot come back to this meeting from the same browser.', yes: 'Remove' };
    case 'ban':
      return { title: `Ban ${question.person.name}?`, text: 'They are removed and cannot come back to this room from the same browser until a host lifts the ban.', yes: 'Ban' };
  }
}

function Confirm({ shown }: { shown: Question | null }) {
  const { hosting } = useSession();
  const words = shown === null ? null : wordsFor(shown);
  const yes = () => {
    if (shown === null) return;
    close();
    if (shown.kind === 'end') void hosting.end();
    else if (shown.kind === 'remove') void hosting.remove(shown.person);
    else void hosting.ban(shown.person);
  };
  return (
    <Dialog open={shown !== null} onOpenChange={close} title={words?.title ?? ''} description={words?.text ?? ''} testId="confirm" openers={kOpeners}>
      <div className="flex flex-col gap-3 pt-2 sm:flex-row-reverse">
        <Button tone="danger" data-testid="confirm-yes" className="min-h-12 px-6" onClick={yes}>{words?.yes}</Button>
        <Button data-testid="confirm-no" className="min-h-12 px-6" onClick={close}>Cancel</Button>
      </div>
    </Dialog>
  );
}
