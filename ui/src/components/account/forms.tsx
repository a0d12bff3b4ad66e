'use client';

import { useState } from 'react';
import { signIn, signUp, usePasswordLink as takeLink, type Account } from '@/lib/protocol/accounts';
import { ProtocolError } from '@/lib/protocol/errors';
import { AccountForm } from './account-form';
import { Field, kEmailLimit, kNameLimit, kPasswordHint, kPasswordLimit } from './field';
import { emailProblem, newPasswordProblem } from './problem';

interface EntryProps {
  onDone: (account: Account) => void;
}

/** Kept by who shows the forms: who goes from one to the other has typed it already. */
interface EmailProps {
  email: string;
  onEmail: (email: string) => void;
}

export function SignInForm({ email, onEmail, onDone }: EntryProps & EmailProps) {
  const [password, setPassword] = useState('');
  return (
    <AccountForm
      submit="Sign in"
      testId="sign-in"
      check={() => emailProblem(email) ?? (password === '' ? { field: 'password', text: 'Enter your password.' } : null)}
      send={async () => onDone(await signIn(email, password))}
    >
      <Field name="email" label="Email address" type="email" autoComplete="username" maxLength={kEmailLimit} value={email} onChange={onEmail} />
      <Field name="password" label="Password" type="password" autoComplete="current-password" maxLength={kPasswordLimit} value={password} onChange={setPassword} />
    </AccountForm>
  );
}

export function SignUpForm({ email, onEmail, onDone }: EntryProps & EmailProps) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  return (
    <AccountForm
      submit="Make an account"
      testId="sign-up"
      check={() => (name.trim() === '' ? { field: 'name', text: 'Enter your name.' } : emailProblem(email) ?? newPasswordProblem(password))}
      send={async () => onDone(await signUp(email, name, password))}
    >
      <Field name="name" label="Name" hint="What others see in a meeting." autoComplete="name" maxLength={kNameLimit} value={name} onChange={setName} />
      <Field name="email" label="Email address" type="email" autoComplete="username" maxLength={kEmailLimit} value={email} onChange={onEmail} />
      <Field name="password" label="Password" hint={kPasswordHint} type="password" autoComplete="new-password" maxLength={kPasswordLimit} value={password} onChange={setPassword} />
    </AccountForm>
  );
}

interface LinkFormProps extends EntryProps {
  link: string;
  /** The link was used, or its time is over. */
  onOver: () => void;
}

export function LinkForm({ link, onDone, onOver }: LinkFormProps) {
  const [password, setPassword] = useState('');
  const send = async () => {
    try {
      onDone(await takeLink(link, password));
    } catch (failure) {
      if (!(failure instanceof ProtocolError && failure.code === 'not_found')) throw failure;
      onOver();
    }
  };
  return (
    <AccountForm submit="Set it and sign in" testId="link" check={() => newPasswordProblem(password)} send={send}>
      <Field name="password" label="New password" hint={kPasswordHint} type="password" autoComplete="new-password" maxLength={kPasswordLimit} value={password} onChange={setPassword} />
    </AccountForm>
  );
}
