'use client';

import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Logo } from '@/components/ui/logo';
import { AdminApi, type Credential, type NodeStats } from '@/lib/admin/api';
import { describeError, ProtocolError } from '@/lib/protocol/errors';

interface SignInProps {
  why: string;
  onSignedIn: (credential: Credential) => void;
}

function problemOf(failure: unknown): string {
  const code = failure instanceof ProtocolError ? failure.code : undefined;
  if (code === 'unauthenticated') return 'The server does not know this key, or its secret is another one.';
  if (code === 'forbidden') return 'This key may do other things. Looking here needs the scope “ops”.';
  return describeError(failure);
}

export function SignIn({ why, onSignedIn }: SignInProps) {
  const [id, setId] = useState('');
  const [secret, setSecret] = useState('');
  const [error, setError] = useState(why);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const credential = { id: id.trim(), secret: secret.trim() };
    if (credential.id === '' || credential.secret === '') return setError('Enter the key’s id and its secret.');
    setBusy(true);
    setError('');
    try {
      await new AdminApi(credential).get<NodeStats>('/api/stats');
      onSignedIn(credential);
    } catch (failure) {
      setError(problemOf(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="backdrop-glow grid min-h-dvh place-items-center px-6 py-10">
      <div className="w-full max-w-md">
        <Logo />
        <h1 className="mt-8 text-3xl font-semibold tracking-tight">Look after this server</h1>
        <form onSubmit={(event) => void submit(event)} className="mt-4" noValidate>
          <p className="text-soft">
            Here is who meets when and how well, so this page asks for an API key with the scope “ops”. It stays in this tab and is
            forgotten when the tab is closed. Who <a href="/account?next=%2Fadmin" className="font-medium text-accent underline underline-offset-4 hover:text-accent-hi">signs in</a> with
            the account of an operator needs none.
          </p>
          <pre className="mt-4 rounded-xl bg-ink-900 px-4 py-3 text-sm break-words whitespace-pre-wrap text-soft">confab key create --name me --scope ops</pre>
          <SignInField name="key-id" label="Key" type="text" value={id} onChange={setId} isWrong={error !== ''} />
          <SignInField name="key-secret" label="Secret" type="password" value={secret} onChange={setSecret} isWrong={error !== ''} />
          <p id="admin-problem" role="alert" data-testid="sign-in-error" className="mt-3 text-sm text-danger-text empty:hidden">{error}</p>
          <Button type="submit" tone="accent" data-testid="sign-in" className="mt-5 w-full" aria-busy={busy}>Sign in</Button>
        </form>
      </div>
    </main>
  );
}

interface FieldProps {
  name: string;
  label: string;
  type: 'text' | 'password';
  value: string;
  onChange: (value: string) => void;
  isWrong: boolean;
}

function SignInField({ name, label, type, value, onChange, isWrong }: FieldProps) {
  return (
    <>
      <label htmlFor={name} className="mt-5 block text-sm font-medium text-soft">{label}</label>
      <input
        id={name}
        data-testid={name}
        type={type}
        className="field mt-2"
        value={value}
        maxLength={256}
        autoComplete={type === 'password' ? 'current-password' : 'username'}
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={isWrong}
        aria-describedby="admin-problem"
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  );
}
