'use client';

import { useEffect, useRef, type ReactNode } from 'react';
import { Logo } from '@/components/ui/logo';

/** A page that only says something; it comes in the place of one that may have had the focus. */
export function MessagePage({ title, children, testId }: { title: string; children?: ReactNode; testId: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <main className="backdrop-glow grid min-h-dvh place-items-center px-6" data-testid={testId}>
      <div className="flex max-w-md flex-col items-center text-center">
        <Logo compact />
        <h1 ref={heading} tabIndex={-1} className="mt-6 text-2xl font-semibold tracking-tight text-balance outline-none">{title}</h1>
        {children}
      </div>
    </main>
  );
}
