'use client';

import { useEffect, useState } from 'react';
import { Logo } from '@/components/ui/logo';
import { barOf, getStanding, type Standing } from '@/lib/protocol/accounts';
import { AccountMenu } from './account-menu';
import { Mosaic } from './mosaic';
import { OwnRooms } from './own-rooms';
import { StartPanel } from './start-panel';

const kFacts = [
  { title: 'Nothing to install', text: 'A link and a browser are enough, on a computer or a phone.' },
  { title: 'Your own server', text: 'Sound and picture pass through the machine that served this page, and no other.' },
  { title: 'Figures, not promises', text: 'Press T in a meeting: resolution, loss, delay and encryption as your browser measures them.' },
];

export function Landing() {
  // Where the server has accounts; nothing is shown of them until that is known.
  const [standing, setStanding] = useState<Standing | null>(null);
  useEffect(() => {
    // Who can not be asked now is asked when something is done.
    getStanding().then(setStanding, () => undefined);
  }, []);
  return (
    <div className="backdrop-glow flex min-h-dvh flex-col">
      <header className="mx-auto flex w-full max-w-6xl items-center justify-between gap-4 px-5 py-5 sm:px-8">
        <Logo />
        {standing?.rules.signIn === true && <AccountMenu standing={standing} />}
      </header>
      <main className="mx-auto flex w-full max-w-6xl flex-1 flex-col justify-center gap-14 px-5 pb-14 sm:px-8 lg:gap-20">
        <div className="grid items-center gap-12 lg:grid-cols-[1.05fr_1fr] lg:gap-16">
          <div>
            <h1 className="text-[2.6rem] leading-[1.05] font-semibold tracking-[-0.03em] text-balance sm:text-[3.3rem]">
              Good conversations, <span className="text-accent">close to home.</span>
            </h1>
            <p className="mt-5 max-w-lg text-lg leading-relaxed text-soft">
              Video meetings on a server of your own. Start one, send the link, talk.
            </p>
            <StartPanel bar={barOf(standing, 'guestsCreate')} />
          </div>
          {standing !== null && standing.account !== null ? <OwnRooms /> : <Mosaic />}
        </div>
        <section aria-labelledby="facts">
          <h2 id="facts" className="sr-only">What to expect</h2>
          <ul className="grid gap-x-10 gap-y-6 border-t border-ink-700 pt-8 sm:grid-cols-3">
            {kFacts.map(({ title, text }) => (
              <li key={title}>
                <h3 className="font-semibold">{title}</h3>
                <p className="mt-1 text-sm leading-relaxed text-soft">{text}</p>
              </li>
            ))}
          </ul>
        </section>
      </main>
      <footer className="mx-auto flex w-full max-w-6xl flex-wrap gap-x-8 gap-y-3 px-5 pb-6 sm:px-8">
        <a href="/check" className="text-xs text-soft underline-offset-4 hover:underline">Check this connection</a>
        <a href="/notices" className="text-xs text-soft underline-offset-4 hover:underline">Third-party notices</a>
      </footer>
    </div>
  );
}
