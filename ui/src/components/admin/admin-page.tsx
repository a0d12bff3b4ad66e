'use client';

import { useMemo, useState, useSyncExternalStore } from 'react';
import { AdminApi, credentialOf, credentialText, keepCredential, onCredential } from '@/lib/admin/api';
import { ApiContext } from './api-context';
import { Console } from './console';
import { SignIn } from './sign-in';

// The page is made without a browser, which nobody has signed in to.
const unknown = () => undefined;

/** Running meetings, nodes and what was done, for whoever looks after the server. */
export function AdminPage() {
  const text = useSyncExternalStore(onCredential, credentialText, unknown);
  const [why, setWhy] = useState('');
  const context = useMemo(() => {
    const credential = credentialOf(text ?? '');
    if (credential === null) return null;
    const onRefused = () => {
      setWhy('This key is not taken any more. Sign in with another.');
      keepCredential(null);
    };
    return { api: new AdminApi(credential), onRefused };
  }, [text]);
  const signOut = () => {
    setWhy('');
    keepCredential(null);
  };

  if (text === undefined) return null;
  if (context === null) return <SignIn why={why} onSignedIn={keepCredential} />;
  return (
    <ApiContext value={context}>
      <Console onSignOut={signOut} />
    </ApiContext>
  );
}
