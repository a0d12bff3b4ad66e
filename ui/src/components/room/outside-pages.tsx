import { LoaderCircle } from 'lucide-react';
import { signInLink, type Bar } from '@/lib/protocol/accounts';
import { MessagePage } from './message-page';

const kLink = 'mt-8 inline-flex min-h-12 items-center rounded-xl bg-accent px-7 font-semibold text-on-accent hover:bg-accent-hi';

export function Waiting({ text }: { text: string }) {
  return (
    <MessagePage title={text} testId="waiting">
      <LoaderCircle className="mt-6 size-6 animate-spin text-accent" aria-hidden />
    </MessagePage>
  );
}

export function NoSuchRoom() {
  return (
    <MessagePage title="There is no such meeting" testId="no-such-room">
      <p className="mt-3 text-soft">Check the code or the link. Whoever invited you can copy it from their meeting.</p>
      <a href="/" className={kLink}>Start page</a>
    </MessagePage>
  );
}

export function LookupFailed({ text }: { text: string }) {
  return (
    <MessagePage title="The meeting could not be looked up" testId="lookup-failed">
      <p className="mt-3 text-soft" role="alert">{text}</p>
      <button type="button" className={kLink} onClick={() => location.reload()}>Try again</button>
    </MessagePage>
  );
}

/** The operator wants to know everybody who joins, and this browser shows nobody. */
export function NotForGuests({ bar }: { bar: Exclude<Bar, 'none'> }) {
  if (bar === 'token') {
    return (
      <MessagePage title="This link is not enough" testId="not-for-guests">
        <p className="mt-3 text-soft">Meetings on this server are joined from the program or page that uses it. Open the meeting there.</p>
        <a href="/" className={kLink}>Start page</a>
      </MessagePage>
    );
  }
  return (
    <MessagePage title="Sign in to join" testId="sign-in-first">
      <p className="mt-3 text-soft">Meetings on this server are for people with an account. You come back to this one when you have signed in.</p>
      <a href={signInLink(location.pathname + location.search)} data-testid="sign-in-and-return" className={kLink}>Sign in</a>
      <a href="/" className="mt-3 inline-flex min-h-11 items-center rounded-xl px-4 text-soft hover:text-text">Start page</a>
    </MessagePage>
  );
}
