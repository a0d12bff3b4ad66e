import { create } from 'zustand';
import {
  listDevices,
  openBoth,
  openCamera,
  openMicrophone,
  type DeviceFailure,
  type DeviceList,
  type OpenResult,
} from '@/lib/media/devices';
import { cameraChoice, microphoneChoice, useSettings } from './settings';

/**
 * The person's own devices, before and during a meeting. A track here is a device that is open (its
 * light is on); null is one that is not.
 */
interface LocalStore {
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
  cameraFailure: DeviceFailure | null;
  microphoneFailure: DeviceFailure | null;
  opening: { camera: boolean; microphone: boolean };
  devices: DeviceList;
}

export const useLocal = create<LocalStore>()(() => ({
  camera: null,
  microphone: null,
  cameraFailure: null,
  microphoneFailure: null,
  opening: { camera: false, microphone: false },
  devices: { cameras: [], microphones: [], speakers: [] },
}));

type Kind = 'camera' | 'microphone';

const kFailure = { camera: 'cameraFailure', microphone: 'microphoneFailure' } as const;

/** Opened too late: somebody switched it off while the browser was still asking. */
const generation: Record<Kind, number> = { camera: 0, microphone: 0 };

function setOpening(kind: Kind, value: boolean): void {
  useLocal.setState((state) => ({ opening: { ...state.opening, [kind]: value } }));
}

function accept(kind: Kind, mine: number, result: OpenResult): MediaStreamTrack | null {
  if (mine !== generation[kind]) {
    if ('track' in result) result.track.stop();
    return useLocal.getState()[kind];
  }
  setOpening(kind, false);
  if ('failure' in result) {
    useLocal.setState({ [kind]: null, [kFailure[kind]]: result.failure });
    return null;
  }
  const { track } = result;
  useLocal.getState()[kind]?.stop();
  track.addEventListener('ended', () => {
    // Unplugged, or taken back by the browser; not our own stop(), which fires nothing.
    if (useLocal.getState()[kind] !== track) return;
    useLocal.setState({ [kind]: null, [kFailure[kind]]: 'absent' });
  });
  useLocal.setState({ [kind]: track, [kFailure[kind]]: null });
  return track;
}

export async function startLocal(kind: Kind): Promise<MediaStreamTrack | null> {
  const mine = ++generation[kind];
  setOpening(kind, true);
  const settings = useSettings.getState();
  const result = await (kind === 'camera' ? openCamera(cameraChoice(settings)) : openMicrophone(microphoneChoice(settings)));
  const track = accept(kind, mine, result);
  void refreshDevices();
  return track;
}

/** Camera and microphone with one question. */
export async function startBoth(): Promise<void> {
  const camera = ++generation.camera;
  const microphone = ++generation.microphone;
  useLocal.setState({ opening: { camera: true, microphone: true } });
  const settings = useSettings.getState();
  const results = await openBoth(cameraChoice(settings), microphoneChoice(settings));
  accept('camera', camera, results.camera);
  accept('microphone', microphone, results.microphone);
  void refreshDevices();
}

/** Lets the device go: its light goes out. */
export function stopLocal(kind: Kind): void {
  ++generation[kind];
  setOpening(kind, false);
  const track = useLocal.getState()[kind];
  useLocal.setState({ [kind]: null, [kFailure[kind]]: null });
  track?.stop();
}

export function stopAllLocal(): void {
  stopLocal('camera');
  stopLocal('microphone');
}

export async function refreshDevices(): Promise<void> {
  const devices = await listDevices().catch(() => null);
  if (devices !== null) useLocal.setState({ devices });
}

/** Keeps the lists true while a page shows them. */
export function watchDevices(): () => void {
  void refreshDevices();
  const target = navigator.mediaDevices as MediaDevices | undefined;
  const handler = () => void refreshDevices();
  target?.addEventListener('devicechange', handler);
  return () => target?.removeEventListener('devicechange', handler);
}
