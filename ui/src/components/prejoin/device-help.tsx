'use client';

import { CircleAlert } from 'lucide-react';
import { useRef } from 'react';
import { useHeirOfFocus } from '@/components/room/use-heir-of-focus';
import type { DeviceFailure } from '@/lib/media/devices';

export type DeviceKind = 'camera' | 'microphone' | 'camera and microphone';

function failureText(kind: DeviceKind, failure: DeviceFailure): { title: string; steps: string[] } {
  const name = kind.charAt(0).toUpperCase() + kind.slice(1);
  switch (failure) {
    case 'denied':
      return {
        title: `${name} blocked`,
        steps: [blockedHint(kind), 'If that changes nothing, look into the privacy settings of your system.'],
      };
    case 'absent':
      return { title: `No ${kind} found`, steps: ['Plug one in or switch it on, then try again. You can also join without.'] };
    case 'busy':
      return {
        title: `${name} in use`,
        steps: ['Another program holds it, or the system does not give it. Close it there and try again.'],
      };
    case 'insecure':
      return {
        title: `${name} not available on this address`,
        steps: ['Browsers give devices only to pages loaded over https:// or from localhost. Ask for the https address.'],
      };
    case 'failed':
      return { title: `${name} could not be opened`, steps: ['Unplug it and plug it in again, or choose another one.'] };
  }
}

function blockedHint(kind: DeviceKind): string {
  const agent = typeof navigator === 'undefined' ? '' : navigator.userAgent;
  if (/Firefox\//.test(agent)) return `Click the crossed-out sign beside the address, remove “Blocked” for the ${kind}, then try again.`;
  if (/Version\/.*Safari\//.test(agent)) return `Safari menu › Settings for this website: allow the ${kind}. Then reload the page.`;
  return `Click the sign at the left end of the address, allow the ${kind}, then try again.`;
}

interface DeviceHelpProps {
  kind: DeviceKind;
  failure: DeviceFailure;
  onRetry: () => void;
}

export function DeviceHelp({ kind, failure, onRetry }: DeviceHelpProps) {
  const ref = useRef<HTMLDivElement>(null);
  useHeirOfFocus(ref, kind === 'microphone' ? '[data-testid="prejoin-mic"]' : '[data-testid="prejoin-camera"]');
  const { title, steps } = failureText(kind, failure);
  return (
    <div ref={ref} role="status" data-testid="device-help" data-kind={kind} data-failure={failure} className="rounded-xl border border-danger-text/30 bg-danger-dim p-3.5 text-sm">
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
          Try again
        </button>
      )}
    </div>
  );
}
