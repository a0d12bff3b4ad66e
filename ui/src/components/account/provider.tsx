/** Why signing in by a provider came to nothing; what the address says is not shown itself. */
export function providerProblem(code: string | null): string {
  switch (code) {
    case null:
      return '';
    case 'taken':
      return 'There is an account with your email address already. Sign in with its password.';
    case 'no-account':
      return 'You have no account here. Ask whoever runs this server for one.';
    case 'expired':
      return 'That took too long, or began in another browser. Try again.';
    case 'insecure':
      return 'To sign in, open this page by https://.';
    case 'busy':
      return 'Too many tries. Wait a few minutes, then try again.';
    default:
      return 'Signing in that way did not work just now. Try again later.';
  }
}

/** `next`: where to go on to afterwards. */
export function ProviderLink({ name, next }: { name: string; next: string }) {
  return (
    <>
      <p className="mt-5 flex items-center gap-3 text-sm text-soft before:h-px before:flex-1 before:bg-ink-600 after:h-px after:flex-1 after:bg-ink-600">or</p>
      <a
        href={`/api/auth/provider?next=${encodeURIComponent(next)}`}
        data-testid="provider"
        className="mt-5 flex min-h-14 items-center justify-center rounded-2xl bg-ink-700 px-7 text-center text-lg font-medium hover:bg-ink-600"
      >
        Sign in with {name}
      </a>
    </>
  );
}
