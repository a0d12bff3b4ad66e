'use client';

import { useRef, useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { signIn } from '@/lib/logs/api';

export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError('');
    try {
      await signIn(field.current?.value ?? '');
      onSignedIn();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      field.current?.select();
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} className="mt-4" noValidate>
      <p className="text-soft">They say who met when, so this page asks for the token that its server was started with (logs.token).</p>
      <label htmlFor="logs-token" className="mt-6 block text-sm font-medium text-soft">Token</label>
      <input
        ref={field}
        id="logs-token"
        data-testid="logs-token"
        type="password"
        className="field mt-2"
        autoComplete="current-password"
        aria-invalid={error !== ''}
        aria-describedby="logs-token-error"
        autoFocus
      />
      <p id="logs-token-error" role="alert" data-testid="sign-in-error" className="mt-2 text-sm text-danger-text empty:hidden">{error}</p>
      <Button type="submit" tone="accent" data-testid="sign-in" className="mt-4 w-full" aria-busy={busy}>Sign in</Button>
    </form>
  );
}
