// Looks at everything a meeting needs, from this browser: devices, the socket, media by UDP and TCP, TURN, the clock.
import { Device, type types as ms } from 'mediasoup-client';
import { openCamera, openMicrophone, type DeviceFailure, type OpenResult } from '@/lib/media/devices';
import { createSignalingClient, type SignalingClient } from '@/lib/protocol/client';
import { describeError, ProtocolError } from '@/lib/protocol/errors';
import { createRoom } from '@/lib/protocol/rest';
import type { JoinResult, TransportOptions } from '@/lib/protocol/types';
import { newMessageId } from '@/lib/util/message-id';
import { judgeClock, judgePaths, judgeTurn, type Finding, type Reach } from './finding';

const kSocketPatienceMs = 8_000;
const kPathPatienceMs = 8_000;
const kRelayPatienceMs = 8_000;

type Tell = (finding: Finding) => void;

const within = <T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> =>
  Promise.race([work, new Promise<T>((resolve) => setTimeout(() => resolve(otherwise), ms))]);

/** `room`: where no room may be made, one that this person may join. Tells each finding when it is there. */
export async function runChecks(tell: Tell, room: string | null): Promise<void> {
  await checkDevices(tell);
  const signaling = await checkSocket(tell);
  if (signaling === null) return;
  try {
    const joined = await enter(signaling, room).catch((error: unknown) => {
      tell({
        id: 'room', title: 'Media', verdict: 'skipped', what: `No room could be entered to try it in: ${describeError(error)}`,
        remedy: 'Open this page by the link of a meeting that you may join, with its code: /check?room=abc-defg-hij',
      });
      return null;
    });
    if (joined === null) return;
    await checkPaths(tell, signaling, joined);
    await checkTurn(tell, joined.iceServers);
  } catch (error) {
    tell({
      id: 'media', title: 'Media', verdict: 'wrong', what: `It could not be tried: ${describeError(error)}`,
      remedy: 'Try a current Chromium, Firefox or Safari; if it is one, tell who runs the server.',
    });
  } finally {
    await signaling.request('leave', {}, 5000).catch(() => undefined);
    signaling.disconnect();
  }
}

// ---- devices ----

const kDeviceRemedy: Record<DeviceFailure, string> = {
  denied: 'Allow it for this page, by the sign at the left end of the address, and check again.',
  absent: 'Plug one in or switch it on. One can also join without.',
  busy: 'Another program holds it: close it there.',
  insecure: 'Browsers give devices only to pages loaded over https:// or from localhost: ask for the https address.',
  failed: 'Unplug it and plug it in again, or choose another one in the settings of the browser.',
};
const kDeviceTrouble: Record<DeviceFailure, string> = {
  denied: 'It is blocked for this page.',
  absent: 'There is none.',
  busy: 'It is in use.',
  insecure: 'It is not available on this address.',
  failed: 'It could not be opened.',
};

async function checkDevices(tell: Tell): Promise<void> {
  const one = (id: string, title: string, result: OpenResult) => {
    if ('track' in result) {
      tell({ id, title, verdict: 'ok', what: result.track.label === '' ? 'It can be opened.' : `${result.track.label} can be opened.` });
      result.track.stop();
    } else {
      tell({ id, title, verdict: 'warning', what: kDeviceTrouble[result.failure], remedy: kDeviceRemedy[result.failure] });
    }
  };
  one('microphone', 'Microphone', await openMicrophone({ echoCancellation: true, noiseSuppression: true, autoGainControl: true }));
  one('camera', 'Camera', await openCamera({ resolution: '720p' }));
}

// ---- the socket ----

/** When it is connected: what the server's clock said, and ours before and after. */
function connected(signaling: SignalingClient): Promise<{ serverTime: number; before: number; after: number } | ProtocolError | null> {
  return within(kSocketPatienceMs, new Promise((resolve) => {
    const before = Date.now();
    signaling.on('welcome', ({ serverTime }) => resolve({ serverTime, before, after: Date.now() }));
    signaling.onConnection((change) => {
      if (change.kind === 'refused') resolve(change.error);
    });
    signaling.connect();
  }), null);
}

async function checkSocket(tell: Tell): Promise<SignalingClient | null> {
  const title = 'Connection to the server';
  const direct = createSignalingClient(['websocket']);
  const by = await connected(direct);
  if (by instanceof ProtocolError) {
    direct.disconnect();
    tell({ id: 'websocket', title, verdict: 'wrong', what: `The server refused it: ${describeError(by)}`, remedy: 'Reload this page; if that changes nothing, tell who runs the server.' });
    return null;
  }
  if (by !== null) {
    tell({ id: 'websocket', title, verdict: 'ok', what: 'A WebSocket comes through.' });
    tell(judgeClock(by.serverTime, by.before, by.after));
    return direct;
  }
  direct.disconnect();
  const slow = createSignalingClient(['polling']);
  const answered = await connected(slow);
  if (answered === null || answered instanceof ProtocolError) {
    slow.disconnect();
    tell({ id: 'websocket', title, verdict: 'wrong', what: 'The server cannot be reached.', remedy: 'Look whether this device is online, and whether a proxy or a filter lets this address through.' });
    return null;
  }
  tell({
    id: 'websocket', title, verdict: 'warning', what: 'No WebSocket comes through; single requests do.',
    remedy: 'A proxy on the way takes away the headers Upgrade and Connection: the one of the server must pass them on (docs/deploy.md), one of the network here must let wss:// through. Meetings work, slower.',
  });
  tell(judgeClock(answered.serverTime, answered.before, answered.after));
  return slow;
}

// ---- media ----

async function enter(signaling: SignalingClient, room: string | null): Promise<JoinResult> {
  const code = room ?? (await createRoom()).code;
  const result = await signaling.request('join', { room: code, name: 'Check', attempt: newMessageId() });
  if ('waiting' in result) throw new ProtocolError('forbidden', 'there is a lobby before this room');
  return result;
}

/** A sound that nobody hears: a track without asking for a device. */
function silence(): { track: MediaStreamTrack; end: () => void } {
  const context = new AudioContext();
  const { stream } = context.createMediaStreamDestination();
  const track = stream.getAudioTracks()[0] as MediaStreamTrack;
  return { track, end: () => void context.close() };
}

async function checkPaths(tell: Tell, signaling: SignalingClient, joined: JoinResult): Promise<void> {
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities: joined.routerRtpCapabilities });
  const udp = await tryPath(signaling, device, 'udp');
  const tcp = await tryPath(signaling, device, 'tcp');
  judgePaths(udp, tcp).forEach(tell);
}

async function tryPath(signaling: SignalingClient, device: Device, protocol: 'udp' | 'tcp'): Promise<Reach | undefined> {
  const offered: TransportOptions = await signaling.request('transport:create', { direction: 'send' });
  const iceCandidates = offered.iceCandidates.filter((each) => each.protocol === protocol);
  const close = () => void signaling.request('transport:close', { transportId: offered.id }).catch(() => undefined);
  if (iceCandidates.length === 0) {
    close();
    return undefined;
  }
  const transport = device.createSendTransport({ ...offered, iceCandidates });
  const { track, end } = silence();
  try {
    return await within(kPathPatienceMs, connectBy(signaling, transport, track), { reached: false });
  } finally {
    transport.close();
    end();
    close();
  }
}

function connectBy(signaling: SignalingClient, transport: ms.Transport, track: MediaStreamTrack): Promise<Reach> {
  const start = performance.now();
  return new Promise((resolve) => {
    transport.on('connect', ({ dtlsParameters }, done, fail) => {
      signaling.request('transport:connect', { transportId: transport.id, dtlsParameters }).then(() => done(), fail);
    });
    transport.on('produce', ({ kind, rtpParameters }, done, fail) => {
      signaling.request('produce', { transportId: transport.id, kind, rtpParameters, source: 'microphone', paused: true })
        .then(({ producerId }) => done({ id: producerId }), fail);
    });
    transport.on('connectionstatechange', (state) => {
      if (state === 'connected') resolve({ reached: true, ms: performance.now() - start });
      if (state === 'failed') resolve({ reached: false });
    });
    transport.produce({ track, stopTracks: true }).catch(() => resolve({ reached: false }));
  });
}

// ---- TURN ----

async function checkTurn(tell: Tell, servers: readonly RTCIceServer[]): Promise<void> {
  const each = servers.flatMap((server) => [server.urls].flat().map((url) => ({ ...server, urls: url })));
  const turn = each.filter(({ urls }) => /^turns?:/.test(urls));
  if (turn.length === 0) {
    tell({
      id: 'turn', title: 'TURN', verdict: 'skipped', what: 'This server has no TURN server, or it does not answer.',
      remedy: 'Who runs the server can add one (ice.urls) for people behind firewalls that let only port 443 through.',
    });
    return;
  }
  for (const server of turn) tell(judgeTurn(server.urls, await givesRelay(server)));
}

async function givesRelay(server: RTCIceServer): Promise<boolean> {
  const connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: 'relay' });
  try {
    return await within(kRelayPatienceMs, new Promise<boolean>((resolve) => {
      connection.onicecandidate = ({ candidate }) => {
        if (candidate === null) resolve(false);
        else if (candidate.type === 'relay') resolve(true);
      };
      connection.createDataChannel('check');
      connection.setLocalDescription().catch(() => resolve(false));
    }), false);
  } finally {
    connection.close();
  }
}
