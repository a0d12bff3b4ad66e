import { isHostKey } from '@/lib/protocol/rest';
import { hostKeyInHash, loadHostKey, saveHostKey } from './resume';

/**
 * Keeps the key of a link for hosts, and takes it out of the address bar, where it would be copied and
 * shown to others with the link. Anybody can send such a link: where another key is kept, the only copy
 * there may be, the server must know the new one first. True if it was kept.
 */
export async function takeHostKey(
  room: string,
  isGood: (room: string, key: string) => Promise<boolean> = isHostKey,
): Promise<boolean> {
  const key = hostKeyInHash(location.hash);
  if (key === null) return false;
  history.replaceState(history.state, '', location.pathname + location.search);
  const known = loadHostKey(room);
  if (known !== undefined && known !== key && !(await isGood(room, key))) return false;
  saveHostKey(room, key);
  return true;
}
