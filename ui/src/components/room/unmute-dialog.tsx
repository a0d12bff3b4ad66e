'use client';

import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { useMeeting } from '@/lib/store/meeting';
import { isolated } from '@/lib/util/text';
import { useSession } from './session-context';

const close = () => useMeeting.setState({ unmuteAsked: null });

/** A host asks; what happens is the person's own choice, and without one nothing does. */
export function UnmuteDialog() {
  const { publisher } = useSession();
  const asked = useMeeting((state) => state.unmuteAsked);
  const isSound = asked?.source !== 'camera';
  const who = asked?.by == null ? 'A host' : isolated(asked.by.name);
  const agree = () => {
    close();
    void (isSound ? publisher.setMicrophone(true) : publisher.setCamera(true));
  };
  return (
    <Dialog
      open={asked !== null}
      onOpenChange={close}
      title={`${who} asks you to ${isSound ? 'unmute' : 'turn your camera on'}`}
      description={isSound ? 'Nobody hears you until you do.' : 'Nobody sees you until you do.'}
      testId="unmute-asked"
      openers={[isSound ? '[data-testid="toggle-mic"]' : '[data-testid="toggle-camera"]']}
    >
      <div className="flex flex-col gap-3 pt-2 sm:flex-row-reverse">
        <Button tone="accent" data-testid="unmute-yes" className="min-h-12 px-6" onClick={agree}>{isSound ? 'Unmute' : 'Turn it on'}</Button>
        <Button data-testid="unmute-no" className="min-h-12 px-6" onClick={close}>{isSound ? 'Stay muted' : 'Leave it off'}</Button>
      </div>
    </Dialog>
  );
}
