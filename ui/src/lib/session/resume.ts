// What a tab needs to come back as the same participant after a reload. sessionStorage: it dies with
// the tab and is not shared with others.

export interface ResumeRecord {
  token: string;
  name: string;
  microphone: boolean;
  camera: boolean;
}

const key = (room: string) => `confab:resume:${room.toLowerCase()}`;
const hostKey = (room: string) => `confab:host:${room.toLowerCase()}`;

export function loadResume(room: string): ResumeRecord | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key(room)) ?? 'null');
    if (typeof value !== 'object' || value === null) return null;
    const { token, name, microphone, camera } = value as Record<string, unknown>;
    if (typeof token !== 'string' || typeof name !== 'string') return null;
    return { token, name, microphone: microphone === true, camera: camera === true };
  } catch {
    return null;
  }
}

export function saveResume(room: string, record: ResumeRecord): void {
  try {
    sessionStorage.setItem(key(room), JSON.stringify(record));
  } catch {
    // Storage refused (private mode, full): a reload will then ask for the name again.
  }
}

export function clearResume(room: string): void {
  sessionStorage.removeItem(key(room));
}

/** The proof of having made the room, kept by the tab that made it. */
export function saveHostKey(room: string, value: string): void {
  try {
    sessionStorage.setItem(hostKey(room), value);
  } catch {
    // Without storage its maker joins as a member.
  }
}

export function loadHostKey(room: string): string | undefined {
  return sessionStorage.getItem(hostKey(room)) ?? undefined;
}
