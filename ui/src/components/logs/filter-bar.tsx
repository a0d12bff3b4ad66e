'use client';

import { ChevronDown, Search, X } from 'lucide-react';
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { Button } from '@/components/ui/button';
import { kLevels, type Entry, type Level } from '@/lib/logs/entry';
import { isFiltering, kNoFilter, kValueMax, type LogFilter } from '@/lib/logs/filter';

interface FilterBarProps {
  filter: LogFilter;
  entries: readonly Entry[];
  onChange: (change: Partial<LogFilter>) => void;
  onClear: () => void;
}

const kLevelWords: Record<Level, string> = { debug: 'All levels', info: 'Info and above', warn: 'Warnings and errors', error: 'Errors' };
const kIds = [['room', 'Room or meeting'], ['participant', 'Participant'], ['trace', 'Trace']] as const;

export function FilterBar({ filter, entries, onChange, onClear }: FilterBarProps) {
  const services = useMemo(() => [...new Set([filter.service, ...entries.map((entry) => entry.service)])].filter(Boolean).sort(), [entries, filter.service]);
  const hidden = [...kIds.map(([name]) => name), 'from', 'to'].filter((name) => filter[name as keyof LogFilter] !== '').length;
  return (
    <search aria-label="Filter" className="border-b border-ink-700 px-3 py-2 sm:px-5">
      <div className="flex flex-wrap items-end gap-2">
        <div className="relative min-w-48 flex-1">
          <Search className="pointer-events-none absolute top-3.5 left-3 size-4 text-faint" aria-hidden />
          <TextField name="text" label="Text" hideLabel placeholder="Text in a line" value={filter.text} onChange={(text) => onChange({ text })} className="pl-9" />
        </div>
        <select
          aria-label="Level"
          data-testid="filter-level"
          className="field min-h-11 w-auto! flex-1 text-sm! sm:max-w-52"
          value={filter.level}
          onChange={(event) => onChange({ level: event.target.value as Level })}
        >
          {kLevels.map((level) => <option key={level} value={level}>{kLevelWords[level]}</option>)}
        </select>
        <select
          aria-label="Service"
          data-testid="filter-service"
          className="field min-h-11 w-auto! flex-1 text-sm! sm:max-w-44"
          value={filter.service}
          onChange={(event) => onChange({ service: event.target.value })}
        >
          <option value="">All services</option>
          {services.map((service) => <option key={service} value={service}>{service}</option>)}
        </select>
        {isFiltering(filter) && (
          <Button tone="ghost" data-testid="clear" className="px-3" onClick={onClear}>
            <X className="size-4" aria-hidden /> Clear
          </Button>
        )}
      </div>
      <details className="group mt-1" open={hidden > 0 || undefined}>
        <summary data-testid="more-filters" className="inline-flex min-h-9 items-center gap-1.5 rounded-lg pr-2 text-sm text-soft hover:text-text">
          <ChevronDown className="size-4 transition-transform group-open:rotate-180" aria-hidden />
          Room, participant, trace and time
        </summary>
        <div className="grid grid-cols-2 gap-2 pt-1 pb-1 lg:grid-cols-5">
          {kIds.map(([name, label]) => (
            <TextField key={name} name={name} label={label} value={filter[name]} onChange={(value) => onChange({ [name]: value })} className="font-mono" />
          ))}
          <TimeField name="from" label="From" value={filter.from} onChange={(from) => onChange({ from })} />
          <TimeField name="to" label="To" value={filter.to} onChange={(to) => onChange({ to })} />
        </div>
      </details>
    </search>
  );
}

interface FieldProps {
  name: keyof typeof kNoFilter;
  label: string;
  value: string;
  onChange: (value: string) => void;
  hideLabel?: boolean;
  placeholder?: string;
  className?: string;
}

/** Asks when one stops typing for a moment, or says so by Enter. */
function TextField({ name, label, value, onChange, hideLabel = false, placeholder, className = '' }: FieldProps) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  // Changed elsewhere, as by Back: that counts, not what stood here.
  if (value !== known) {
    setKnown(value);
    setText(value);
  }
  const rested = useEffectEvent((typed: string) => {
    if (typed !== value) onChange(typed);
  });
  useEffect(() => {
    const timer = setTimeout(() => rested(text), 400);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label className="block min-w-0">
      <span className={hideLabel ? 'sr-only' : 'mb-1 block text-xs font-medium text-soft'}>{label}</span>
      <input
        data-testid={`filter-${name}`}
        className={`field min-h-11! text-sm! ${className}`}
        value={text}
        maxLength={kValueMax}
        placeholder={placeholder}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange(text);
        }}
      />
    </label>
  );
}

function TimeField({ name, label, value, onChange }: FieldProps) {
  return (
    <label className="block min-w-0">
      <span className="mb-1 block text-xs font-medium text-soft">{label}</span>
      <input
        type="datetime-local"
        data-testid={`filter-${name}`}
        className="field min-h-11! px-3! text-sm!"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
