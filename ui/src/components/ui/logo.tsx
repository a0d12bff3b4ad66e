/** The mark: someone talking, someone listening. */
export function Logo({ compact = false }: { compact?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2.5 select-none">
      <svg viewBox="0 0 32 32" className="size-8" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="var(--color-ink-800)" />
        <path d="M19.6 9.2a7.4 7.4 0 1 0 0 13.6" fill="none" stroke="var(--color-accent)" strokeWidth="3.4" strokeLinecap="round" />
        <circle cx="22.2" cy="16" r="3" fill="var(--color-live)" />
      </svg>
      <span className={compact ? 'sr-only' : 'text-lg font-semibold tracking-tight'}>confab</span>
    </span>
  );
}
