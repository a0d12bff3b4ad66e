import clsx from 'clsx';
import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { createContext, use, type ReactNode } from 'react';

/** Where menus are put in the document: within a landmark, so that nobody meets them outside of all. */
export const MenuHost = createContext<HTMLElement | null>(null);

interface ContentProps {
  children: ReactNode;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom';
  testId?: string;
}

export function MenuContent({ children, align = 'end', side = 'top', testId }: ContentProps) {
  const host = use(MenuHost);
  return (
    <DropdownMenu.Portal container={host}>
      <DropdownMenu.Content
        side={side}
        align={align}
        sideOffset={10}
        collisionPadding={12}
        data-testid={testId}
        // What an item opened has the focus already and keeps it.
        onCloseAutoFocus={(event) => {
          if (document.activeElement !== null && document.activeElement !== document.body) event.preventDefault();
        }}
        className="hairline z-40 max-h-(--radix-dropdown-menu-content-available-height) max-w-[calc(100vw-1.5rem)] min-w-64 overflow-y-auto rounded-2xl bg-ink-800 p-1.5 shadow-2xl shadow-black/60 animate-rise"
      >
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  );
}

const kItem = 'flex min-h-11 items-center gap-3 rounded-xl px-3 text-[0.95rem] outline-none data-highlighted:bg-ink-600';

interface ItemProps {
  danger?: boolean;
  icon: ReactNode;
  children: ReactNode;
  onSelect: () => void;
  hint?: string;
  className?: string;
  testId?: string;
}

export function MenuItem({ icon, children, onSelect, hint, className, testId, danger = false }: ItemProps) {
  return (
    <DropdownMenu.Item data-testid={testId} onSelect={onSelect} className={clsx(kItem, danger && 'text-danger-text', className)}>
      <span className={danger ? '' : 'text-soft'}>{icon}</span>
      <span className="flex-1">{children}</span>
      {hint !== undefined && <kbd className="rounded-md bg-ink-950/60 px-1.5 py-0.5 font-mono text-xs text-soft pointer-coarse:hidden">{hint}</kbd>}
    </DropdownMenu.Item>
  );
}

/** Something that is so or not; what is so is ticked. */
export function MenuSwitch({ children, checked, onChange, testId }: { children: ReactNode; checked: boolean; onChange: (checked: boolean) => void; testId?: string }) {
  return (
    <DropdownMenu.CheckboxItem data-testid={testId} checked={checked} onCheckedChange={onChange} className={kItem}>
      <span className="grid size-4.5 shrink-0 place-items-center text-accent">
        <DropdownMenu.ItemIndicator>
          <Check className="size-4.5" aria-hidden />
        </DropdownMenu.ItemIndicator>
      </span>
      <span className="flex-1">{children}</span>
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuLine() {
  return <DropdownMenu.Separator className="mx-2 my-1.5 h-px bg-ink-600" />;
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
  testId: string;
}

/** One of several: what is chosen is ticked. */
export function MenuChoice({ label, value, options, onChange, testId }: ChoiceProps) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={onChange} aria-label={label} data-testid={testId}>
      <DropdownMenu.Label className="px-3 pt-2 pb-1 text-xs font-semibold tracking-wide text-soft uppercase">{label}</DropdownMenu.Label>
      {options.map((each) => (
        <DropdownMenu.RadioItem key={each.value} value={each.value} className={kItem}>
          <span className="grid size-4.5 shrink-0 place-items-center text-accent">
            <DropdownMenu.ItemIndicator>
              <Check className="size-4.5" aria-hidden />
            </DropdownMenu.ItemIndicator>
          </span>
          <span className="max-w-72 min-w-0 flex-1 break-words">{each.label}</span>
        </DropdownMenu.RadioItem>
      ))}
      {options.length === 0 && <p className="px-3 pb-2 text-sm text-soft">None available</p>}
    </DropdownMenu.RadioGroup>
  );
}
