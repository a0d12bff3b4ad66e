import { ProtocolError } from '@/lib/protocol/errors';
import type { JoinRequest, LobbyPlace } from '@/lib/protocol/types';
import { browserId, clearKnock, loadHostKey, loadKnock, saveKnock } from './resume';

/** What a join shows beside the name: the room's password, a place in the lobby, the owner's key, this browser. */
export class DoorKeeper {
  private password: string | undefined;

  constructor(private readonly room: string) {}

  approach(password: string | undefined): void {
    this.password = password;
  }

  shown(): Pick<JoinRequest, 'password' | 'knock' | 'hostKey' | 'device'> {
    const hostKey = loadHostKey(this.room);
    const knock = loadKnock(this.room)?.knock;
    return {
      device: browserId(),
      ...(hostKey === undefined ? {} : { hostKey }),
      ...(knock === undefined ? {} : { knock }),
      ...(this.password === undefined ? {} : { password: this.password }),
    };
  }

  /** What to ask the person for a password with; null where the refusal is about something else. */
  questionAfter(error: unknown): string | null {
    if (!(error instanceof ProtocolError)) return null;
    const had = this.password !== undefined;
    this.password = undefined;
    if (error.code === 'unauthenticated') return had ? 'This is not the password. Try again.' : '';
    return error.code === 'rate_limited' && had ? 'Too many wrong passwords. Wait a minute, then try again.' : null;
  }

  wait({ knock }: LobbyPlace, name: string): void {
    saveKnock(this.room, { knock, name });
  }

  passed(): void {
    clearKnock(this.room);
  }

  leave(): void {
    this.password = undefined;
    clearKnock(this.room);
  }
}
