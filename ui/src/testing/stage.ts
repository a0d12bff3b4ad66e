// One page in a meeting, for unit tests: a browser of stubs, a server in memory.
import { FakeMediaStreamTrack } from 'fake-mediastreamtrack';
import { Device, FakeHandler, testFakeParameters } from 'mediasoup-client';
import { vi } from 'vitest';
import { SignalingClient } from '@/lib/protocol/client';
import { MeetingSession } from '@/lib/session/session';
import { useLocal } from '@/lib/store/local';
import { FakeServer, person } from './fake-server';
import { memoryStorage } from './storage';

export class FakeAudio {
  static readonly playing = new Set<string>();
  dataset: Record<string, string> = {};
  private stream: unknown = null;
  get srcObject(): unknown {
    return this.stream;
  }
  set srcObject(stream: unknown) {
    this.stream = stream;
    const id = this.dataset['producer'];
    if (stream === null && id !== undefined) FakeAudio.playing.delete(id);
  }
  play() {
    FakeAudio.playing.add(this.dataset['producer'] ?? '');
    return Promise.resolve();
  }
  remove() {}
}

export const track = (kind: 'audio' | 'video') => new FakeMediaStreamTrack({ kind }) as unknown as MediaStreamTrack;

/** As when a device is pulled out; our own stop() fires nothing. */
export function vanish(of: MediaStreamTrack): void {
  of.stop();
  of.dispatchEvent(new Event('ended'));
}

export const settled = () => new Promise((resolve) => setTimeout(resolve, 60));

export const ben = () =>
  person('pt_ben', [
    { id: 'pr_ben_a', kind: 'audio', source: 'microphone', paused: false },
    { id: 'pr_ben_v', kind: 'video', source: 'camera', paused: false },
  ]);

/** What navigator.mediaDevices would give; a test puts its own answers in. */
export interface FakeDevices {
  getUserMedia: (constraints: MediaStreamConstraints) => Promise<MediaStream>;
  getDisplayMedia: () => Promise<MediaStream>;
  enumerateDevices: () => Promise<MediaDeviceInfo[]>;
}

export const streamOf = (...tracks: MediaStreamTrack[]) =>
  ({
    getTracks: () => tracks,
    getVideoTracks: () => tracks.filter((each) => each.kind === 'video'),
    getAudioTracks: () => tracks.filter((each) => each.kind === 'audio'),
  }) as unknown as MediaStream;

export function stubBrowser(): FakeDevices & EventTarget {
  const devices: FakeDevices & EventTarget = Object.assign(new EventTarget(), {
    getUserMedia: () => Promise.reject(new DOMException('none', 'NotFoundError')),
    getDisplayMedia: () => Promise.reject(new DOMException('no', 'NotAllowedError')),
    enumerateDevices: () => Promise.resolve([]),
  });
  FakeAudio.playing.clear();
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('location', { search: '' });
  vi.stubGlobal('sessionStorage', memoryStorage());
  vi.stubGlobal('localStorage', memoryStorage());
  vi.stubGlobal('Audio', FakeAudio);
  vi.stubGlobal('MediaStream', class {});
  vi.stubGlobal('navigator', { mediaDevices: devices });
  vi.stubGlobal('document', { createElement: () => ({ append() {}, remove() {} }), body: { append() {} } });
  useLocal.setState({
    camera: null, microphone: null, cameraFailure: null, microphoneFailure: null,
    opening: { camera: false, microphone: false }, change: null, arrivals: [],
    devices: { cameras: [], microphones: [], speakers: [] },
  });
  return devices;
}

export function openSession(
  server: FakeServer,
  device = () => Promise.resolve(new Device({ handlerFactory: FakeHandler.createFactory(testFakeParameters) })),
): MeetingSession {
  return new MeetingSession('abc-defg-hij', new SignalingClient(server), device);
}

export async function joinWith(session: MeetingSession, devices: { microphone?: boolean; camera?: boolean }): Promise<void> {
  useLocal.setState({ microphone: devices.microphone ? track('audio') : null, camera: devices.camera ? track('video') : null });
  session.publisher.want({ microphone: devices.microphone === true, camera: devices.camera === true });
  await session.join('Ada');
  await settled();
}
