import { describe, expect, it } from 'vitest';
import { SignalingClient, type ConnectionChange, type SocketLike } from './client';
import { describeError, errorIn, ProtocolError } from './errors';

type Ack = (error: Error | null, answer: unknown) => void;

class FakeSocket implements SocketLike {
  connected = true;
  recovered = false;
  sent: { event: string; payload: unknown; ack: Ack; timeoutMs: number }[] = [];
  private readonly handlers = new Map<string, ((...args: never[]) => void)[]>();
  connect() {}
  disconnect() {}
  dropTransport() {}
  on(event: string, handler: (...args: never[]) => void) {
    this.handlers.set(event, [...(this.handlers.get(event) ?? []), handler]);
  }
  timeout(timeoutMs: number) {
    return { emit: (event: string, payload: unknown, ack: Ack) => void this.sent.push({ event, payload, ack, timeoutMs }) };
  }
  fire(event: string, payload: unknown) {
    this.handlers.get(event)?.forEach((each) => each(payload as never));
  }
}

describe('SignalingClient', () => {
  it('resolves a request with what the acknowledgement brings', async () => {
    const socket = new FakeSocket();
    const answer = new SignalingClient(socket).request('hand:set', { raised: true });
    expect(socket.sent[0]).toMatchObject({ event: 'hand:set', payload: { raised: true } });
    socket.sent[0]?.ack(null, { hand: 17 });
    await expect(answer).resolves.toEqual({ hand: 17 });
  });

  it('rejects with the code of an error answer', async () => {
    const socket = new FakeSocket();
    const answer = new SignalingClient(socket).request('leave', {});
    socket.sent[0]?.ack(null, { error: { code: 'conflict', message: 'not joined' } });
    await expect(answer).rejects.toMatchObject({ code: 'conflict', message: 'not joined' });
  });

  it('tells a silent server from a lost connection', async () => {
    const socket = new FakeSocket();
    const client = new SignalingClient(socket);
    const silent = client.request('leave', {});
    socket.sent[0]?.ack(new Error('timeout'), undefined);
    await expect(silent).rejects.toMatchObject({ code: 'timeout' });

    const lost = client.request('leave', {});
    socket.connected = false;
    socket.sent[1]?.ack(new Error('socket has been disconnected'), undefined);
    await expect(lost).rejects.toMatchObject({ code: 'offline', transient: true });
  });

  it('sends nothing while offline, so that nothing arrives before the next join', async () => {
    const socket = new FakeSocket();
    socket.connected = false;
    await expect(new SignalingClient(socket).request('leave', {})).rejects.toMatchObject({ code: 'offline' });
    expect(socket.sent).toHaveLength(0);
  });

  it('delivers events to every subscriber until it unsubscribes', () => {
    const socket = new FakeSocket();
    const client = new SignalingClient(socket);
    const seen: string[] = [];
    const stop = client.on('participant:left', ({ participantId }) => seen.push(`a:${participantId}`));
    client.on('participant:left', ({ participantId }) => seen.push(`b:${participantId}`));
    socket.fire('participant:left', { participantId: 'pt_1', reason: 'left' });
    stop();
    socket.fire('participant:left', { participantId: 'pt_2', reason: 'left' });
    expect(seen).toEqual(['a:pt_1', 'b:pt_1', 'b:pt_2']);
  });

  it('reports a refusal by the server, and leaves network failures to reconnection', () => {
    const socket = new FakeSocket();
    const changes: ConnectionChange[] = [];
    new SignalingClient(socket).onConnection((change) => changes.push(change));
    socket.fire('connect_error', new Error('xhr poll error'));
    socket.fire('connect_error', Object.assign(new Error('x'), { data: { error: { code: 'unsupported', message: 'v9' } } }));
    expect(changes).toEqual([{ kind: 'refused', error: new ProtocolError('unsupported', 'v9') }]);
  });
});

describe('errors', () => {
  it('does not trust an unknown code', () => {
    expect(errorIn({ error: { code: 'made_up', message: 'm' } })?.code).toBe('internal');
    expect(errorIn({ error: 'plain' })?.message).toBe('plain');
    expect(errorIn({})).toBeNull();
    expect(errorIn(null)).toBeNull();
  });

  it('speaks to people', () => {
    expect(describeError(new ProtocolError('full', 'limit'))).toMatch(/no room left/);
    expect(describeError(new ProtocolError('not_found', 'No such room.'))).toBe('No such room.');
    expect(describeError(new Error('x'))).toBe('x');
  });
});
