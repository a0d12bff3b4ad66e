import clsx from 'clsx';

// One of these per person, always the same for the same id. White text on each is over 7:1.
const kTones = ['bg-[#7a3b1d]', 'bg-[#1d5a4d]', 'bg-[#3d3d8a]', 'bg-[#7a2c5e]', 'bg-[#245375]', 'bg-[#5e5410]', 'bg-[#6a2a2a]', 'bg-[#3f4f22]'];

export function toneOf(id: string): string {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return kTones[hash % kTones.length] ?? 'bg-ink-700';
}

export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toUpperCase();
}

export function Avatar({ id, name, className }: { id: string; name: string; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={clsx('grid shrink-0 place-items-center rounded-full font-semibold text-white select-none', toneOf(id), className ?? 'size-10 text-sm')}
    >
      {initialsOf(name)}
    </span>
  );
}
