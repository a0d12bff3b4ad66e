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
