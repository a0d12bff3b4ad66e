import { Logo } from '@/components/ui/logo';

export default function NotFound() {
  return (
    <main className="backdrop-glow grid min-h-dvh place-items-center px-6">
      <div className="max-w-md text-center">
        <Logo compact />
        <h1 className="mt-6 text-3xl font-semibold tracking-tight">There is nothing here</h1>
        <p className="mt-3 text-soft">The address may be misspelt, or the page has moved.</p>
        <a
          href="/"
          className="mt-8 inline-flex min-h-11 items-center rounded-xl bg-accent px-5 font-semibold text-on-accent hover:bg-accent-hi"
        >
          Go to the start page
        </a>
      </div>
    </main>
  );
}
