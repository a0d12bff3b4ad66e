'use client';

import { LoaderCircle } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Logo } from '@/components/ui/logo';
import { getSession, type SessionInfo } from '@/lib/logs/api';
import { SignIn } from './sign-in';
import { Viewer } from './viewer';

/** What all services logged: `confab logs` serves it, to who may see it. */
export function LogsPage() {
  const [session, setSession] = useState<SessionInfo | null>(null);
  const [error, setError] = useState('');

  const ask = useCallback(() => {
    getSession().then((found) => {
      setError('');
      setSession(found);
    }, (failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)));
  }, []);
  useEffect(ask, [ask]);
  const askAgain = () => {
    setError('');
    ask();
  };
  const signedOut = useCallback(() => setSession({ asks: true, signedIn: false }), []);

  if (session?.signedIn === true) return <Viewer canSignOut={session.asks} onSignedOut={signedOut} />;
  return (
    <main className="backdrop-glow grid min-h-dvh place-items-center px-6">
      <div className="w-full max-w-md">
        <Logo />
        <h1 className="mt-8 text-3xl font-semibold tracking-tight">Logs</h1>
        {session !== null && <SignIn onSignedIn={ask} />}
        {session === null && error === '' && (
          <p role="status" className="mt-4 flex items-center gap-2 text-soft">
            <LoaderCircle className="size-5 animate-spin" aria-hidden /> Looking for the log server…
          </p>
        )}
        {error !== '' && (
          <>
            <p role="alert" data-testid="logs-unreachable" className="mt-4 text-danger-text">{error}</p>
            <Button className="mt-6" onClick={askAgain}>Try again</Button>
          </>
        )}
      </div>
    </main>
  );
}
