import type { SignalingClient } from '@/lib/protocol/client';
import { describeError, ProtocolError } from '@/lib/protocol/errors';
import type { Ban, Payload, Permissions, RequestName, Result, Role, Source } from '@/lib/protocol/types';
import { deleteMessage } from '@/lib/store/chat';
import { useMeeting } from '@/lib/store/meeting';
import { isolated } from '@/lib/util/text';
import { announce, notify } from './notices';

type Who = { id: string; name: string };

const people = (count: number) => (count === 1 ? 'One person' : `${count} people`);

/**
 * What hosts ask of the server. It alone decides; what it says is shown to all by its events. Each
 * says in words how it went, since what changes may be out of sight.
 */
export class Hosting {
  constructor(private readonly signaling: SignalingClient) {}

  mute({ id, name }: Who): Promise<boolean> {
    return this.ask('participant:mute', { participantId: id }, () => announce(`${name} is muted`));
  }

  askToUnmute({ id, name }: Who, source: 'microphone' | 'camera'): Promise<boolean> {
    return this.ask('participant:ask-unmute', { participantId: id, source }, () => notify(`${isolated(name)} was asked`));
  }

  stop({ id, name }: Who, source: Source): Promise<boolean> {
    return this.ask('participant:stop', { participantId: id, source }, () => announce(`${name}'s ${source} is stopped`));
  }

  lowerHand({ id, name }: Who): Promise<boolean> {
    return this.ask('hand:lower', { participantId: id }, () => announce(`${name}'s hand is lowered`));
  }

  setRole({ id, name }: Who, role: Role): Promise<boolean> {
    return this.ask('participant:role', { participantId: id, role }, () => announce(`${name} is a ${kRoleNames[role]} now`));
  }

  remove({ id }: Who): Promise<boolean> {
    return this.ask('participant:remove', { participantId: id });
  }

  ban({ id }: Who): Promise<boolean> {
    return this.ask('participant:ban', { participantId: id });
  }

  muteAll(): Promise<boolean> {
    return this.ask('meeting:mute-all', {}, ({ muted }) => notify(muted === 0 ? 'Everybody else is muted already' : `${people(muted)} muted`));
  }

  lowerHands(): Promise<boolean> {
    return this.ask('meeting:lower-hands', {}, ({ lowered }) => notify(lowered === 0 ? 'No hand is raised' : `${lowered === 1 ? 'One hand' : `${lowered} hands`} lowered`));
  }

  end(): Promise<boolean> {
    return this.ask('meeting:end', {});
  }

  /** Of what was said to all; for everyone, and for good. */
  deleteMessage(messageId: string): Promise<boolean> {
    return this.ask('chat:delete', { messageId }, () => {
      useMeeting.setState((state) => deleteMessage(state, messageId));
      announce('The message is deleted for everyone');
    });
  }

  lock(locked: boolean): Promise<boolean> {
    return this.ask('room:lock', { locked }, ({ settings }) => {
      useMeeting.setState({ settings });
      notify(locked ? 'The meeting is locked: nobody new comes in' : 'The meeting is open again');
    });
  }

  setLobby(lobby: boolean): Promise<boolean> {
    return this.ask('room:set', { lobby }, ({ settings }) => {
      useMeeting.setState({ settings });
      notify(lobby ? 'Newcomers wait until they are let in' : 'Newcomers come in without waiting');
    });
  }

  setTitle(title: string): Promise<boolean> {
    return this.ask('room:set', { title }, ({ settings }) => useMeeting.setState({ settings }));
  }

  permit(permissions: Partial<Permissions>): Promise<boolean> {
    return this.ask('room:set', { permissions }, ({ settings }) => useMeeting.setState({ settings }));
  }

  setPassword(password: string | null): Promise<boolean> {
    return this.ask('room:password', { password }, ({ settings }) => {
      useMeeting.setState({ settings });
      notify(password === null ? 'The password is taken away' : 'The password is set');
    });
  }

  admit(waitingId: string): Promise<boolean> {
    return this.ask('lobby:admit', { waitingId });
  }

  deny(waitingId: string): Promise<boolean> {
    return this.ask('lobby:deny', { waitingId });
  }

  admitAll(): Promise<boolean> {
    return this.ask('lobby:admit-all', {}, ({ admitted }) => announce(`${people(admitted)} let in`));
  }

  writeToLobby(text: string): Promise<boolean> {
    return this.ask('lobby:message', { text }, () => announce('Sent to everybody who is waiting'));
  }

  async bans(): Promise<Ban[]> {
    return (await this.signaling.request('ban:list', {})).bans;
  }

  liftBan(banId: string): Promise<boolean> {
    return this.ask('ban:lift', { banId });
  }

  /** False: refused, and the person was told. */
  private async ask<E extends RequestName>(event: E, payload: Payload<E>, done?: (result: Result<E>) => void): Promise<boolean> {
    try {
      const result = await this.signaling.request(event, payload);
      done?.(result);
      return true;
    } catch (error) {
      const isGone = error instanceof ProtocolError && error.code === 'not_found';
      notify(isGone ? 'They have just left.' : describeError(error), 'error');
      return false;
    }
  }
}

export const kRoleNames: Record<Role, string> = { host: 'host', cohost: 'co-host', member: 'member', viewer: 'viewer' };
