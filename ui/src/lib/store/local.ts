import { create } from 'zustand';
import {
  isAlias,
  isPluggedIn,
  listDevices,
  mayOpenUnasked,
  openBoth,
  openCamera,
  openMicrophone,
  type DeviceFailure,
  type DeviceList,
  type InputKind,
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
  change: DeviceChange | null;
  arrivals: readonly Arrival[];
  devices: DeviceList;
}

/** Another device than the person knows of is in use: `to`, or none. */
export interface DeviceChange {
  kind: InputKind;
  why: 'unplugged' | 'refused';
  to: string | null;
}

/** A device that was plugged in while the page was open. */
export interface Arrival {
  kind: InputKind;
  deviceId: string;
  label: string;
}

export const useLocal = create<LocalStore>()(() => ({
  camera: null,
  microphone: null,
  cameraFailure: null,
  microphoneFailure: null,
  opening: { camera: false, microphone: false },
  change: null,
  arrivals: [],
  devices: { cameras: [], microphones: [], speakers: [] },
}));

const kFailure = { camera: 'cameraFailure', microphone: 'microphoneFailure' } as const;

/** Opened too late: somebody switched it off while the browser was still asking. */
const generation: Record<InputKind, number> = { camera: 0, microphone: 0 };

function setOpening(kind: InputKind, value: boolean): void {
  useLocal.setState((state) => ({ opening: { ...state.opening, [kind]: value } }));
}

function accept(kind: InputKind, mine: number, result: OpenResult): MediaStreamTrack | null {
  if (mine !== generation[kind]) {
    if ('track' in result) result.track.stop();
    return useLocal.getState()[kind];
  }
  setOpening(kind, false);
  // It may have gone between the browser's promise and now.
  const failure = 'failure' in result ? result.failure : result.track.readyState === 'ended' ? 'absent' : null;
  if ('failure' in result || failure !== null) {
    useLocal.setState({ [kind]: null, [kFailure[kind]]: failure });
    return null;
  }
  const { track, isOther } = result;
  useLocal.getState()[kind]?.stop();
  track.addEventListener('ended', () => {
    // Unplugged, or taken back by the browser; not our own stop(), which fires nothing.
    if (useLocal.getState()[kind] === track) void replaceLost(kind, track);
  });
  useLocal.setState({ [kind]: track, [kFailure[kind]]: null });
  if (isOther) useLocal.setState({ change: { kind, why: 'refused', to: track.label } });
  return track;
}

function openKind(kind: InputKind): Promise<OpenResult> {
  const settings = useSettings.getState();
  return kind === 'camera' ? openCamera(cameraChoice(settings)) : openMicrophone(microphoneChoice(settings));
}

export async function startLocal(kind: InputKind): Promise<MediaStreamTrack | null> {
  const mine = ++generation[kind];
  setOpening(kind, true);
  const track = accept(kind, mine, await openKind(kind));
  void refreshDevices();
  return track;
}

/** A device went while it was open: another takes its place, so that nobody falls silent unknowingly. */
async function replaceLost(kind: InputKind, lost: MediaStreamTrack): Promise<void> {
  const mine = ++generation[kind];
  useLocal.setState((state) => ({ [kind]: null, opening: { ...state.opening, [kind]: true } }));
  // Still plugged in: the person or the browser took it back, and is not asked against that.
  const isGone = !(await isPluggedIn(lost));
  const mayOpen = isGone || (await mayOpenUnasked(kind));
  const current = () => mine === generation[kind];
  if (!current()) return;
  const result: OpenResult = mayOpen ? await openKind(kind) : { failure: 'denied' };
  const track = accept(kind, mine, 'track' in result ? { ...result, isOther: false } : result);
  if (current()) useLocal.setState({ change: { kind, why: 'unplugged', to: track?.label ?? null } });
  void refreshDevices();
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

/** What the person means to be sent when they are in; devices still opening are sent as soon as they are there. */
export function meantDevices(): Record<InputKind, boolean> {
  const { camera, microphone, opening } = useLocal.getState();
  return { camera: camera !== null || opening.camera, microphone: microphone !== null || opening.microphone };
}

/** Lets the device go: its light goes out. */
export function stopLocal(kind: InputKind): void {
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

/** What is in the list and was not before; nothing where the list was not shown to us before. */
function arrivalsIn(kind: InputKind, before: readonly MediaDeviceInfo[], after: readonly MediaDeviceInfo[]): Arrival[] {
  if (before.length === 0 && useLocal.getState()[kFailure[kind]] !== 'absent') return [];
  const known = new Set(before.map((each) => each.deviceId));
  return after
    .filter((each) => !isAlias(each) && !known.has(each.deviceId) && each.label !== '')
    .map(({ deviceId, label }) => ({ kind, deviceId, label }));
}

async function onDeviceChange(): Promise<void> {
  const after = await listDevices().catch(() => null);
  if (after === null) return;
  // Read after the wait: of two that watch only the first finds news.
  const { devices: before } = useLocal.getState();
  const arrivals = [
    ...arrivalsIn('microphone', before.microphones, after.microphones),
    ...arrivalsIn('camera', before.cameras, after.cameras),
  ];
  useLocal.setState({ devices: after, ...(arrivals.length > 0 ? { arrivals } : {}) });
}

/** Keeps the lists true while a page shows them. */
export function watchDevices(): () => void {
  void refreshDevices();
  const target = navigator.mediaDevices as MediaDevices | undefined;
  const handler = () => void onDeviceChange();
  target?.addEventListener('devicechange', handler);
  return () => target?.removeEventListener('devicechange', handler);
}
