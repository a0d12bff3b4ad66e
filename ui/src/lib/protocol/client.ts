import { io } from 'socket.io-client';
import { errorIn, ProtocolError } from './errors';
import { kProtocolVersion, type Payload, type RequestName, type Result, type ServerEventName, type ServerEvents } from './types';

/** What is used of a socket.io-client Socket; tests bring their own. */
export interface SocketLike {
  readonly connected: boolean;
  /** As the server knows it; undefined while there is no connection. */
  readonly id?: string | undefined;
  readonly recovered: boolean;
  connect(): unknown;
  disconnect(): unknown;
  on(event: string, handler: (...args: never[]) => void): unknown;
  timeout(ms: number): { emit(event: string, payload: unknown, ack: (error: Error | null, answer: unknown) => void): unknown };
  /** Drops the connection underneath so that reconnection starts at once. */
  dropTransport(): void;
}

export type ConnectionChange =
  | { kind: 'connected'; recovered: boolean }
  | { kind: 'disconnected'; reason: string }
  | { kind: 'refused'; error: ProtocolError };

// The server answers every request within 15 s (docs/protocol.md); one more for the way.
const kRequestTimeoutMs = 16_000;

/**
 * Typed requests and events over one Socket.IO connection. Knows nothing of meetings: who is joined
 * and what to do after a reconnect is the session's business.
 */
export class SignalingClient {
  private readonly handlers = new Map<string, Set<(payload: never) => void>>();
  private readonly connectionHandlers = new Set<(change: ConnectionChange) => void>();

  constructor(private readonly socket: SocketLike) {
    socket.on('connect', () => this.announce({ kind: 'connected', recovered: socket.recovered }));
    socket.on('disconnect', (reason: string) => {
      this.announce({ kind: 'disconnected', reason });
    });
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      // With data it is the server's refusal; without, the network's failure, which is retried.
      const refusal = errorIn(error.data);
      if (refusal !== null) this.announce({ kind: 'refused', error: refusal });
    });
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  get id(): string | undefined {
    return this.socket.id;
  }

  connect(): void {
    this.socket.connect();
  }

  disconnect(): void {
    this.socket.disconnect();
  }

  /** For when the network is known to have changed and waiting for a missed ping costs seconds. */
  dropTransport(): void {
    this.socket.dropTransport();
  }

  /** Rejects with ProtocolError only. Never queues: what is asked while offline fails at once. */
  request<E extends RequestName>(event: E, payload: Payload<E>, timeoutMs = kRequestTimeoutMs): Promise<Result<E>> {
    return new Promise((resolve, reject) => {
      if (!this.socket.connected) {
        reject(new ProtocolError('offline', 'There is no connection to the server.', true));
        return;
      }
      this.socket.timeout(timeoutMs).emit(event, payload, (lost, answer) => {
        if (lost !== null) {
          const code = this.socket.connected ? 'timeout' : 'offline';
          reject(new ProtocolError(code, `No answer to ${event}.`));
          return;
        }
        const error = errorIn(answer);
        if (error !== null) reject(error);
        else resolve(answer as Result<E>);
      });
    });
  }

  on<E extends ServerEventName>(event: E, handler: (payload: ServerEvents[E]) => void): () => void {
    let set = this.handlers.get(event);
    if (set === undefined) {
      const created = new Set<(payload: never) => void>();
      set = created;
      this.handlers.set(event, created);
      this.socket.on(event, (payload: never) => created.forEach((each) => each(payload)));
    }
    const known = set;
    known.add(handler);
    return () => known.delete(handler);
  }

  onConnection(handler: (change: ConnectionChange) => void): () => void {
    this.connectionHandlers.add(handler);
    return () => this.connectionHandlers.delete(handler);
  }

  private announce(change: ConnectionChange): void {
    this.connectionHandlers.forEach((each) => each(change));
  }
}

type Way = 'websocket' | 'polling';

/**
 * A client of the server this page came from. Not connected yet. WebSocket at once: upgrading from
 * polling costs a join several round trips.
 */
export function createSignalingClient(ways: Way[] = ['websocket', 'polling']): SignalingClient {
  const socket = io({
    autoConnect: false,
    path: '/socket.io/',
    auth: { protocol: kProtocolVersion, client: 'confab-web/0.1.0' },
    transports: ways,
    tryAllTransports: true,
    // A restarted server should be found within a second or two of its return.
    reconnectionDelay: 250,
    reconnectionDelayMax: 1500,
    timeout: 6000,
  });
  return new SignalingClient(
    Object.assign(socket, { dropTransport: () => void socket.io.engine?.close() }),
  );
}
