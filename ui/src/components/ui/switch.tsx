interface SwitchProps {
  label: string;
  /** What it means, where the label alone does not say it. */
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  testId?: string;
}

export function Switch({ label, hint, checked, onChange, testId }: SwitchProps) {
  return (
    <label className="flex min-h-11 cursor-pointer items-center justify-between gap-4 text-[0.95rem]">
      <span className="min-w-0 py-1">
        {label}
        {hint !== undefined && <span className="block text-sm leading-snug text-soft">{hint}</span>}
      </span>
      <span className="relative inline-flex h-7 w-12 shrink-0">
        <input
          type="checkbox"
          role="switch"
          data-testid={testId}
          checked={checked}
          onChange={(event) => onChange(event.target.checked)}
          className="peer absolute inset-0 size-full cursor-pointer appearance-none rounded-full border border-ink-500 bg-ink-700 transition-colors checked:border-accent checked:bg-accent"
        />
        <span className="pointer-events-none absolute top-1 left-1 size-5 rounded-full bg-text transition-transform peer-checked:translate-x-5 peer-checked:bg-on-accent" />
      </span>
    </label>
  );
}
