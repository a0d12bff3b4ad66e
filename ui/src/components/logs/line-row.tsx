import clsx from 'clsx';
import { memo, useState } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { clockOf, dayOf, type Entry, type Field, type Level } from '@/lib/logs/entry';
import type { LogFilter } from '@/lib/logs/filter';

interface LineRowProps {
  entry: Entry;
  isCurrent: boolean;
  onCurrent: (id: number) => void;
  onFollow: (what: Partial<LogFilter>) => void;
}

const kTones: Record<Level, string> = { debug: 'text-faint', info: 'text-soft', warn: 'text-warn', error: 'text-danger-text' };

const kBars: Record<Level, string> = {
  debug: 'border-l-transparent', info: 'border-l-transparent', warn: 'border-l-warn', error: 'border-l-danger-hi',
};

/** One line; opened, all that stands in it. The keyboard walks over lines, and into the one it is on. */
export const LineRow = memo(function LineRow({ entry, isCurrent, onCurrent, onFollow }: LineRowProps) {
  const [isOpen, setOpen] = useState(false);
  const tabIndex = isCurrent ? 0 : -1;
  return (
    <li className={clsx('border-b border-l-2 border-b-ink-850 [content-visibility:auto] [contain-intrinsic-size:auto_1.9rem]', kBars[entry.level ?? 'info'])}>
      <div className={clsx('flex flex-wrap items-baseline gap-x-2 px-2 py-0.5 hover:bg-ink-850', isOpen && 'bg-ink-850')}>
        <button
          type="button"
          data-line={entry.id}
          data-testid="line"
          tabIndex={tabIndex}
          aria-expanded={isOpen}
          onFocus={() => onCurrent(entry.id)}
          onClick={() => setOpen(!isOpen)}
          className="flex min-h-6 min-w-0 flex-wrap items-baseline gap-x-2 rounded text-left"
        >
          <Head entry={entry} />
        </button>
        {entry.fields.map((field) => <FieldView key={field.name} field={field} tabIndex={tabIndex} onFollow={onFollow} />)}
      </div>
      {isOpen && <Opened entry={entry} />}
    </li>
  );
});

function Head({ entry }: { entry: Entry }) {
  if (entry.time === null) {
    return <><span className="text-faint">{entry.file}</span> <span className="min-w-0 break-all text-soft">{entry.text}</span></>;
  }
  return (
    <>
      <time dateTime={new Date(entry.time).toISOString()} className="text-faint">{clockOf(entry.time)}</time>{' '}
      <span className={clsx('w-10 uppercase', kTones[entry.level ?? 'info'])}>{entry.level}</span>{' '}
      <span className="text-soft">{entry.service}{entry.node !== '' && entry.node !== '0' && `-${entry.node}`}</span>{' '}
      <span className="font-semibold text-text">{entry.event}</span>
    </>
  );
}

function FieldView({ field, tabIndex, onFollow }: { field: Field; tabIndex: number; onFollow: (what: Partial<LogFilter>) => void }) {
  const { follows } = field;
  if (follows === undefined) {
    return <span className="min-w-0 break-all"><span className="text-faint">{field.name}=</span><span className="text-soft">{field.value}</span></span>;
  }
  return (
    <span className="min-w-0 break-all">
      <span className="text-faint">{field.name}=</span>
      <button
        type="button"
        data-testid={`follow-${follows}`}
        tabIndex={tabIndex}
        title={`Show only this ${field.name}, in all services`}
        className="min-h-6 rounded text-left text-accent underline decoration-dotted underline-offset-4 hover:text-accent-hi"
        onClick={() => onFollow({ [follows]: field.value })}
      >
        {field.value}
      </button>
    </span>
  );
}

function Opened({ entry }: { entry: Entry }) {
  let text = entry.text;
  if (entry.time !== null) text = JSON.stringify(JSON.parse(entry.text), null, 2);
  return (
    <div data-testid="opened" className="mx-2 mt-1 mb-2 rounded-xl bg-ink-900 p-3">
      <p className="mb-2 flex flex-wrap items-center gap-x-3 font-sans text-sm text-soft">
        {entry.time !== null && <span>{dayOf(entry.time)}</span>}
        <span>{entry.file}</span>
        <CopyButton label="Copy" text={entry.text} tone="ghost" className="ml-auto min-h-9!" />
      </p>
      <pre className="break-all whitespace-pre-wrap text-soft">{text}</pre>
    </div>
  );
}
