/** Beside a name that somebody else has too, or one that looks like it. */
export function NameTag({ tag }: { tag: string | undefined }) {
  if (tag === undefined) return null;
  return (
    <span data-testid="name-tag" title="Somebody else here has a name like this one" className="shrink-0 rounded bg-white/12 px-1 font-mono text-[0.85em] leading-[1.35] font-medium">
      {tag}
    </span>
  );
}
