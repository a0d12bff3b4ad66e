import { Dialog } from '@/components/ui/dialog';
import { kShortcuts } from './use-shortcuts';

export function HelpDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" description="They rest while you type." testId="help-dialog" textOnly openers={['[data-testid="more"]']}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-3 pt-2">
        {kShortcuts.map(({ keys, does }) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="inline-grid min-h-8 min-w-8 place-items-center rounded-lg border border-b-2 border-ink-500 bg-ink-800 px-2 font-mono text-sm">
                {keys}
              </kbd>
            </dt>
            <dd className="text-soft">{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
