import type { ReactNode } from 'react';
import { Logo } from '@/components/ui/logo';

/** A page that only says something. */
export function MessagePage({ title, children, testId }: { title: string; children?: ReactNode; testId: string }) {
  return (
    <main className="backdrop-glow grid min-h-dvh place-items-center px-6" data-testid={testId}>
      <div className="flex max-w-md flex-col items-center text-center">
        <Logo compact />
        <h1 className="mt-6 text-2xl font-semibold tracking-tight text-balance">{title}</h1>
        {children}
      </div>
    </main>
  );
}
