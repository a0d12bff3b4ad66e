'use client';

import { LoaderCircle } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Logo } from '@/components/ui/logo';
import { getStanding, ownPath, type Account, type Standing } from '@/lib/protocol/accounts';
import { describeError } from '@/lib/protocol/errors';
import { useSettings } from '@/lib/store/settings';
import { LinkForm, SignInForm, SignUpForm } from './forms';
import { OwnAccount } from './own-account';
import { providerProblem, ProviderLink } from './provider';

type View = 'looking' | 'error' | 'off' | 'in' | 'up' | 'link' | 'link-over' | 'own';

const kTitles: Record<View, string> = {
  looking: 'One moment…',
  error: 'The server cannot be asked',
  off: 'There are no accounts here',
  in: 'Sign in',
  up: 'Make an account',
  link: 'Set a password',
  'link-over': 'This link does not work any more',
  own: 'Your account',
};

/** Where to go on to: the page that led here, or the start page. */
const nextPath = () => ownPath(new URLSearchParams(location.search).get('next'));

function enter(account: Account): void {
  const { name, update } = useSettings.getState();
  if (name === '') update({ name: account.name });
  location.assign(nextPath());
}

/** Signing in and up, setting a password by a link, and what may be done with one's account. */
export function AccountPage() {
  const [view, setView] = useState<View>('looking');
  const [standing, setStanding] = useState<Standing | null>(null);
  const [link, setLink] = useState('');
  const [problem, setProblem] = useState('');
  const [email, setEmail] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    const look = async () => {
      const secret = new URLSearchParams(location.hash.slice(1)).get('link');
      const query = new URLSearchParams(location.search);
      try {
        const found = await getStanding();
        setStanding(found);
        setProblem(providerProblem(query.get('problem')));
        if (found === null || !found.rules.signIn) return setView('off');
        if (secret !== null) {
          setLink(secret);
          // Whoever comes to this screen, or to its history, shall not find it.
          history.replaceState(null, '', location.pathname);
          return setView('link');
        }
        // Signed in meanwhile, in another tab or before this page was opened again.
        if (found.account !== null && query.has('next')) return location.replace(nextPath());
        setView(found.account === null ? 'in' : 'own');
      } catch (failure) {
        setProblem(describeError(failure));
        setView('error');
      }
    };
    const opened = () => void look();
    opened();
    window.addEventListener('hashchange', opened);
    return () => window.removeEventListener('hashchange', opened);
  }, []);

  useEffect(() => {
    if (view !== 'looking') heading.current?.focus();
    document.title = `${kTitles[view]} · confab`;
  }, [view]);

  return (
    <div className="backdrop-glow flex min-h-dvh flex-col">
      <header className="mx-auto flex w-full max-w-6xl items-center px-5 py-5 sm:px-8">
        <a href="/" aria-label="confab, start page" className="rounded-xl"><Logo /></a>
      </header>
      <main className="mx-auto flex w-full max-w-lg flex-1 flex-col justify-center px-5 pb-16 sm:px-8" data-testid={`account-${view}`}>
        <div className="sm:hairline sm:rounded-3xl sm:bg-ink-900/70 sm:p-8 sm:shadow-2xl sm:shadow-black/40">
          <h1 ref={heading} tabIndex={-1} className="text-3xl font-semibold tracking-tight text-balance outline-none">{kTitles[view]}</h1>
          {view === 'looking' && <LoaderCircle className="mt-6 size-6 animate-spin text-accent" aria-hidden />}
          {view === 'error' && (
            <>
              <p role="alert" className="mt-3 text-soft">{problem}</p>
              <Button tone="accent" className="mt-6" onClick={() => location.reload()}>Try again</Button>
            </>
          )}
          {view === 'off' && (
            <>
              <p className="mt-3 text-soft">A link is enough to join a meeting on this server.</p>
              <TextLink href="/">Start page</TextLink>
            </>
          )}
          {view === 'in' && (
            <>
              <p role="alert" data-testid="provider-problem" className="mt-4 text-sm text-danger-text empty:hidden">{problem}</p>
              <SignInForm email={email} onEmail={setEmail} onDone={enter} />
              {standing?.rules.provider !== undefined && <ProviderLink name={standing.rules.provider} next={nextPath()} />}
              <WaysOut mayMake={standing?.rules.signUp === true} onMake={() => setView('up')} />
            </>
          )}
          {view === 'up' && (
            <>
              <SignUpForm email={email} onEmail={setEmail} onDone={enter} />
              <p className="mt-6 text-sm text-soft">
                You have one already? <InText onClick={() => setView('in')} testId="to-sign-in">Sign in</InText>
              </p>
            </>
          )}
          {view === 'link' && <LinkForm link={link} onDone={enter} onOver={() => setView('link-over')} />}
          {view === 'link-over' && (
            <>
              <p className="mt-3 text-soft">It sets a password once, within three days, and only until a newer one is made. Whoever runs this server can give you a new one.</p>
              <Button tone="accent" large className="mt-6" data-testid="link-to-sign-in" onClick={() => setView('in')}>Sign in</Button>
            </>
          )}
          {view === 'own' && standing?.account != null && <OwnAccount account={standing.account} provider={standing.rules.provider} />}
        </div>
      </main>
    </div>
  );
}

function WaysOut({ mayMake, onMake }: { mayMake: boolean; onMake: () => void }) {
  return (
    <div className="mt-6 flex flex-col gap-2 text-sm text-soft">
      {mayMake ? (
        <p>No account yet? <InText onClick={onMake} testId="to-sign-up">Make one</InText></p>
      ) : (
        <p>Accounts are made by whoever runs this server.</p>
      )}
      <p>Password forgotten? Whoever runs this server can give you a link to set a new one.</p>
    </div>
  );
}

const kTextLink = 'font-medium text-accent underline underline-offset-4 hover:text-accent-hi';

function InText({ onClick, children, testId }: { onClick: () => void; children: ReactNode; testId: string }) {
  return <button type="button" onClick={onClick} data-testid={testId} className={`${kTextLink} -my-3 inline-flex min-h-11 items-center`}>{children}</button>;
}

function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return <a href={href} className={`${kTextLink} mt-4 inline-flex min-h-11 items-center`}>{children}</a>;
}
