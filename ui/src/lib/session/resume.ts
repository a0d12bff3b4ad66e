import { newMessageId } from '@/lib/util/message-id';
import { readStored, removeStored, writeStored } from '@/lib/util/storage';

// What a tab needs to come back as the same participant after a reload. sessionStorage: it dies with
// the tab and is not shared with others.

export interface ResumeRecord {
  token: string;
  name: string;
  microphone: boolean;
  camera: boolean;
  /** The connection it was in the meeting by: what a closing page says is about that one. */
  socketId: string | undefined;
}

const key = (room: string) => `confab:resume:${room.toLowerCase()}`;

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

export function loadResume(room: string): ResumeRecord | null {
  const value = parse(readStored('session', key(room)));
  if (typeof value !== 'object' || value === null) return null;
  const { token, name, microphone, camera, socketId } = value as Record<string, unknown>;
  if (typeof token !== 'string' || typeof name !== 'string') return null;
  return {
    token, name, microphone: microphone === true, camera: camera === true,
    socketId: typeof socketId === 'string' ? socketId : undefined,
  };
}

export function saveResume(room: string, record: ResumeRecord): void {
  writeStored('session', key(room), JSON.stringify(record));
}

export function clearResume(room: string): void {
  removeStored('session', key(room));
}

// The proof of having made a room. localStorage: who closes the tab is still the host tomorrow. It
// is good for that room only and shown to nobody but the server.
const kHostKeys = 'confab:host-keys';
// A key has about 50 bytes; more rooms than these are in nobody's use at a time.
const kHostKeysMax = 100;

type HostKeys = [room: string, hostKey: string][];

/** Oldest first. */
function hostKeys(): HostKeys {
  const value = parse(readStored('local', kHostKeys));
  if (!Array.isArray(value)) return [];
  return value.filter(
    (each): each is HostKeys[number] =>
      Array.isArray(each) && each.length === 2 && each.every((part) => typeof part === 'string'),
  );
}

export function saveHostKey(room: string, value: string): void {
  const others = hostKeys().filter(([known]) => known !== room.toLowerCase());
  writeStored('local', kHostKeys, JSON.stringify([...others, [room.toLowerCase(), value]].slice(-kHostKeysMax)));
}

export function loadHostKey(room: string): string | undefined {
  return hostKeys().find(([known]) => known === room.toLowerCase())?.[1];
}

/** `#host=<key>` of the link for the owner's other devices; null where there is none. */
export function hostKeyInHash(hash: string): string | null {
  return /^#host=([\w.~-]{8,256})$/.exec(hash)?.[1] ?? null;
}

// A place in a lobby. sessionStorage, as the seat: a page that is loaded anew waits on.

export interface KnockRecord {
  knock: string;
  name: string;
}

const knockKey = (room: string) => `confab:knock:${room.toLowerCase()}`;

export function loadKnock(room: string): KnockRecord | null {
  const value = parse(readStored('session', knockKey(room)));
  if (typeof value !== 'object' || value === null) return null;
  const { knock, name } = value as Record<string, unknown>;
  return typeof knock === 'string' && typeof name === 'string' ? { knock, name } : null;
}

export function saveKnock(room: string, record: KnockRecord): void {
  writeStored('session', knockKey(room), JSON.stringify(record));
}

export function clearKnock(room: string): void {
  removeStored('session', knockKey(room));
}

// What a removal and a ban hold on to: a name by which the servers that this page comes from know
// this browser again, and nothing else.
const kDevice = 'confab:device';

export function browserId(): string {
  const known = readStored('local', kDevice);
  if (known !== null && /^[\w-]{22,64}$/.test(known)) return known;
  const made = newMessageId().slice('msg_'.length);
  writeStored('local', kDevice, made);
  return made;
}
