'use client';

import clsx from 'clsx';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useRef, type ReactNode } from 'react';
import { focusFirst } from '@/lib/util/focus';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  children: ReactNode;
  testId?: string;
  /** Where the keyboard goes on closing if what it was on before has gone, as a menu's item has. */
  openers: string[];
  /** Nothing inside takes the keyboard, so that the text itself must, to be scrolled. */
  textOnly?: boolean;
}

/** A modal: focus is held inside, Escape closes, focus returns to where it was. */
export function Dialog({ open, onOpenChange, title, description, children, testId, openers, textOnly = false }: DialogProps) {
  const before = useRef<HTMLElement | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/70" />
        <Radix.Content
          data-testid={testId}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          onOpenAutoFocus={() => {
            const now = document.activeElement;
            before.current = now instanceof HTMLElement && now.closest('[role="menu"]') === null ? now : null;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            focusFirst(before.current, ...openers);
          }}
          className={clsx(
            'hairline fixed z-50 flex flex-col overflow-hidden bg-ink-850 shadow-2xl shadow-black/60 animate-rise',
            'inset-x-0 bottom-0 max-h-[92dvh] rounded-t-3xl',
            'sm:inset-0 sm:m-auto sm:h-fit sm:max-h-[86dvh] sm:w-[calc(100%-3rem)] sm:max-w-lg sm:rounded-3xl',
          )}
        >
          <div className="flex items-start gap-4 px-6 pt-5 pb-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-xl font-semibold tracking-tight">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="mt-1 text-sm text-soft">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close
              aria-label="Close"
              className="-mr-2 grid size-11 shrink-0 place-items-center rounded-xl text-soft hover:bg-ink-700 hover:text-text"
            >
              <X className="size-5" aria-hidden />
            </Radix.Close>
          </div>
          <div
            className="min-h-0 flex-1 overflow-y-auto px-6 pb-6"
            {...(textOnly ? { tabIndex: 0, role: 'region', 'aria-label': title } : { tabIndex: -1 })}
          >
            {children}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
