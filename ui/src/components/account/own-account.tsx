'use client';

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { changePassword, deleteAccount, signOut, type Account } from '@/lib/protocol/accounts';
import { describeError } from '@/lib/protocol/errors';
import { AccountForm } from './account-form';
import { Field, kPasswordHint, kPasswordLimit } from './field';
import { newPasswordProblem } from './problem';

export function OwnAccount({ account, provider }: { account: Account; provider: string | undefined }) {
  return (
    <>
      <div className="mt-6 flex items-center gap-4">
        <Avatar id={account.id} name={account.name} className="size-14 shrink-0 text-lg" />
        <p className="min-w-0 leading-snug">
          <bdi className="block truncate text-lg font-medium">{account.name}</bdi>
          <bdi className="block text-sm break-all text-soft">{account.email}</bdi>
        </p>
      </div>
      {account.hasPassword ? <ChangePassword email={account.email} /> : (
        <p className="mt-6 text-sm text-soft">You sign in with {provider ?? 'a provider'}, so there is no password here.</p>
      )}
      {account.operator && (
        <p className="mt-6 text-sm text-soft">
          You look after this server: <a href="/admin" data-testid="to-admin" className="font-medium text-accent underline underline-offset-4 hover:text-accent-hi">meetings, nodes and what was done</a>.
        </p>
      )}
      <SignOuts />
      <DeleteAccount account={account} />
    </>
  );
}

function Part({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="mt-8 border-t border-ink-700 pt-7">
      <h2 id={id} className="text-lg font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function ChangePassword({ email }: { email: string }) {
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');
  const [done, setDone] = useState(false);
  const send = async () => {
    setDone(false);
    await changePassword(current, wanted);
    setCurrent('');
    setWanted('');
    setDone(true);
  };
  return (
    <Part id="change-password-title" title="Change the password">
      <AccountForm
        submit="Change the password"
        testId="change-password"
        check={() => (current === '' ? { field: 'current-password', text: 'Enter the password that you have.' } : newPasswordProblem(wanted, 'new-password'))}
        send={send}
      >
        {/* For password managers, which otherwise do not know whose password changes. */}
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <Field name="current-password" label="The password that you have" type="password" autoComplete="current-password" maxLength={kPasswordLimit} value={current} onChange={setCurrent} />
        <Field name="new-password" label="The new one" hint={kPasswordHint} type="password" autoComplete="new-password" maxLength={kPasswordLimit} value={wanted} onChange={setWanted} />
      </AccountForm>
      <p role="status" data-testid="password-changed" className="mt-3 text-sm text-live empty:hidden">{done ? 'Changed. Your other devices are signed out.' : ''}</p>
    </Part>
  );
}

function SignOuts() {
  const [error, setError] = useState('');
  const leave = async (everywhere: boolean) => {
    setError('');
    try {
      await signOut(everywhere);
      location.assign('/');
    } catch (failure) {
      setError(describeError(failure));
    }
  };
  return (
    <Part id="sign-outs" title="Sign out">
      <p className="mt-1.5 text-sm text-soft">Lost a phone, or used a computer of somebody else? Sign out on all devices: that includes this one.</p>
      <div className="mt-4 flex flex-wrap gap-2.5">
        <Button onClick={() => void leave(false)} data-testid="sign-out">Sign out here</Button>
        <Button onClick={() => void leave(true)} data-testid="sign-out-everywhere">Sign out on all devices</Button>
      </div>
      <p role="alert" className="mt-3 text-sm text-danger-text empty:hidden">{error}</p>
    </Part>
  );
}

function DeleteAccount({ account }: { account: Account }) {
  const [open, setOpen] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const [password, setPassword] = useState('');
  // What was clicked is gone.
  useEffect(() => {
    if (open) form.current?.querySelector<HTMLElement>('input:not([hidden]), button')?.focus();
  }, [open]);
  const send = async () => {
    await deleteAccount(account.hasPassword ? password : undefined);
    location.assign('/');
  };
  return (
    <Part id="delete-title" title="Delete the account">
      <p className="mt-1.5 text-sm text-soft">It goes for good, with your rooms and what was said in them. A meeting in one of them ends.</p>
      {!open && <Button className="mt-4" onClick={() => setOpen(true)} data-testid="delete-account-open">Delete my account…</Button>}
      {open && (
        <div ref={form}>
          <AccountForm
            submit="Delete it for good"
            testId="delete-account"
            check={() => (account.hasPassword && password === '' ? { field: 'current-password', text: 'Enter your password.' } : null)}
            send={send}
          >
            {account.hasPassword && <input type="text" name="username" autoComplete="username" value={account.email} readOnly hidden />}
            {account.hasPassword ? (
              <Field name="current-password" label="Your password" type="password" autoComplete="current-password" maxLength={kPasswordLimit} value={password} onChange={setPassword} />
            ) : <p className="text-sm text-soft">You must have signed in within the last ten minutes.</p>}
          </AccountForm>
        </div>
      )}
    </Part>
  );
}
