import { useLocal, type DeviceChange } from '@/lib/store/local';
import { notify } from './notices';
import type { Publisher } from './publisher';

function tell({ kind, why, to }: DeviceChange): void {
  const what = why === 'unplugged' ? `The ${kind} was disconnected.` : `The chosen ${kind} could not be opened.`;
  notify(to === null ? `${what} The others cannot ${kind === 'camera' ? 'see' : 'hear'} you.` : `${what} In use now: ${to || `another ${kind}`}.`, 'warn');
}

/** Says what became of the person's devices, and offers those that come. */
export function watchDeviceNews(publisher: Publisher): () => void {
  return useLocal.subscribe((now, before) => {
    if (now.change !== null && now.change !== before.change) tell(now.change);
    if (now.arrivals === before.arrivals) return;
    for (const { kind, deviceId, label } of now.arrivals) {
      notify(`New ${kind}: ${label}`, 'info', { label: 'Use it', run: () => void publisher.useDevice(kind, deviceId) });
    }
  });
}
