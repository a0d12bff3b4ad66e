import { CircleAlert } from 'lucide-react';
import type { DeviceFailure } from '@/lib/media/devices';

type Kind = 'camera' | 'microphone';

export function failureText(kind: Kind, failure: DeviceFailure): { title: string; steps: string[] } {
  const Name = kind === 'camera' ? 'Camera' : 'Microphone';
  switch (failure) {
    case 'denied':
      return {
        title: `${Name} blocked`,
        steps: [blockedHint(kind), 'If that changes nothing, look into the privacy settings of your system.'],
      };
    case 'absent':
      return {
        title: `No ${kind} found`,
        steps: ['Plug one in or switch it on, then try again. You can also join without.'],
      };
    case 'busy':
      return {
        title: `${Name} in use`,
        steps: [`Another program holds the ${kind}, or the system does not give it. Close it there and try again.`],
      };
    case 'insecure':
      return {
        title: `${Name} not available on this address`,
        steps: ['Browsers give devices only to pages loaded over https:// or from localhost. Ask for the https address.'],
      };
    case 'failed':
      return { title: `${Name} could not be opened`, steps: ['Unplug it and plug it in again, or choose another one.'] };
  }
}

function blockedHint(kind: Kind): string {
  const agent = typeof navigator === 'undefined' ? '' : navigator.userAgent;
  if (/Firefox\//.test(agent)) {
    return `Click the crossed-out ${kind} beside the address, remove “Blocked”, then try again.`;
  }
  if (/Version\/.*Safari\//.test(agent)) {
    return `Safari menu › Settings for this website › ${kind === 'camera' ? 'Camera' : 'Microphone'}: Allow. Then reload the page.`;
  }
  return `Click the icon at the left end of the address, set ${kind === 'camera' ? 'Camera' : 'Microphone'} to Allow, then try again.`;
}

export function DeviceHelp({ kind, failure, onRetry }: { kind: Kind; failure: DeviceFailure; onRetry: () => void }) {
  const { title, steps } = failureText(kind, failure);
  return (
    <div role="status" data-testid={`${kind}-help`} className="rounded-xl border border-danger-text/30 bg-danger-dim p-3.5 text-sm">
      <p className="flex items-center gap-2 font-semibold text-danger-text">
        <CircleAlert className="size-4 shrink-0" aria-hidden /> {title}
      </p>
      {steps.map((step) => (
        <p key={step} className="mt-1 leading-relaxed text-text">{step}</p>
      ))}
      {failure !== 'insecure' && (
        <button
          type="button"
          onClick={onRetry}
          className="mt-1.5 -ml-2 min-h-11 rounded-lg px-2 font-semibold text-accent underline-offset-4 hover:underline"
        >
          Try the {kind} again
        </button>
      )}
    </div>
  );
}
