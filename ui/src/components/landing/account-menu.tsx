'use client';

import { ChevronDown, LogOut, UserRound } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { MenuContent, MenuHost, MenuItem } from '@/components/ui/menu';
import { signOut, type Standing } from '@/lib/protocol/accounts';
import { describeError } from '@/lib/protocol/errors';

/** In the corner of the start page: who one is, or the way to sign in. */
export function AccountMenu({ standing }: { standing: Standing }) {
  const [host, setHost] = useState<HTMLElement | null>(null);
  const [error, setError] = useState('');
  const { account } = standing;
  if (account === null) {
    return (
      <a href="/account" data-testid="sign-in-link" className="inline-flex min-h-11 items-center rounded-xl bg-ink-700 px-4 text-[0.95rem] font-medium hover:bg-ink-600">
        Sign in
      </a>
    );
  }
  const leave = async () => {
    try {
      await signOut();
      location.reload();
    } catch (failure) {
      setError(describeError(failure));
    }
  };
  return (
    <div ref={setHost} className="flex min-w-0 items-center gap-3">
      <p role="alert" className="text-sm text-danger-text empty:hidden">{error}</p>
      <MenuHost value={host}>
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger
            data-testid="account-menu"
            className="inline-flex min-h-11 max-w-60 min-w-0 items-center gap-2.5 rounded-xl bg-ink-700 px-2.5 text-[0.95rem] font-medium hover:bg-ink-600 data-[state=open]:bg-ink-600"
          >
            <Avatar id={account.id} name={account.name} className="size-7 shrink-0 text-[0.65rem]" />
            <span className="sr-only">Account of </span>
            <bdi className="min-w-0 truncate">{account.name}</bdi>
            <ChevronDown className="size-4 shrink-0 text-soft" aria-hidden />
          </DropdownMenu.Trigger>
          <MenuContent side="bottom" testId="account-menu-items">
            <MenuItem icon={<UserRound className="size-4.5" aria-hidden />} onSelect={() => location.assign('/account')} testId="menu-account">
              Account
            </MenuItem>
            <MenuItem icon={<LogOut className="size-4.5" aria-hidden />} onSelect={() => void leave()} testId="menu-sign-out">
              Sign out
            </MenuItem>
          </MenuContent>
        </DropdownMenu.Root>
      </MenuHost>
    </div>
  );
}
