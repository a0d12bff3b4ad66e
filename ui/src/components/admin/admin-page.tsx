'use client';

import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { AdminApi, credentialOf, credentialText, keepCredential, onCredential } from '@/lib/admin/api';
import { getStanding, signOut } from '@/lib/protocol/accounts';
import { ApiContext } from './api-context';
import { Console } from './console';
import { SignIn } from './sign-in';

// The page is made without a browser, which nobody has signed in to.
const unknown = () => undefined;

/** Whether an operator is signed in here; undefined while the server is asked. */
function useIsOperator(): [boolean | undefined, (is: boolean) => void] {
  const [isOperator, setOperator] = useState<boolean>();
  useEffect(() => {
    getStanding().then((standing) => setOperator(standing?.account?.operator === true), () => setOperator(false));
  }, []);
  return [isOperator, setOperator];
}

/** Running meetings, nodes and what was done, for whoever looks after the server. */
export function AdminPage() {
  const text = useSyncExternalStore(onCredential, credentialText, unknown);
  const [isOperator, setOperator] = useIsOperator();
  const [why, setWhy] = useState('');
  const context = useMemo(() => {
    const credential = credentialOf(text ?? '');
    if (credential === null && isOperator !== true) return null;
    const onRefused = () => {
      setWhy(credential === null ? 'You are not signed in any more, or look after this server no more.' : 'This key is not taken any more. Sign in with another.');
      if (credential === null) setOperator(false);
      else keepCredential(null);
    };
    return { api: new AdminApi(credential), onRefused, isByKey: credential !== null };
  }, [text, isOperator, setOperator]);
  const leave = async () => {
    setWhy('');
    if (context?.isByKey === true) return keepCredential(null);
    await signOut().catch(() => undefined);
    setOperator(false);
  };

  if (text === undefined) return null;
  if (context === null) return isOperator === undefined ? null : <SignIn why={why} onSignedIn={keepCredential} />;
  return (
    <ApiContext value={context}>
      <Console onSignOut={() => void leave()} />
    </ApiContext>
  );
}
