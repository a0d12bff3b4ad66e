// Cameras, microphones, speakers: each is opened by itself, so that a missing or refused one never
// costs the other.

export type InputKind = 'camera' | 'microphone';

export type DeviceFailure =
  | 'denied' // the person or a policy said no
  | 'absent' // there is none
  | 'busy' // another program holds it
  | 'insecure' // the page was not loaded over https or localhost
  | 'failed';

export interface DeviceList {
  cameras: MediaDeviceInfo[];
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

export type Resolution = '360p' | '720p';

export interface CameraChoice {
  deviceId?: string | undefined;
  resolution: Resolution;
}

export interface MicrophoneChoice {
  deviceId?: string | undefined;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
}

export function mediaAvailable(): boolean {
  return typeof navigator !== 'undefined' && navigator.mediaDevices?.getUserMedia !== undefined;
}

/** `exact`: Chromium 156 takes `ideal` for no reason to open another device than its first. */
export function cameraConstraints({ deviceId, resolution }: CameraChoice): MediaTrackConstraints {
  const [width, height] = resolution === '720p' ? [1280, 720] : [640, 360];
  return {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: 30, max: 30 },
    ...(deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'user' }),
  };
}

export function microphoneConstraints(choice: MicrophoneChoice): MediaTrackConstraints {
  const { deviceId, echoCancellation, noiseSuppression, autoGainControl } = choice;
  return {
    echoCancellation,
    noiseSuppression,
    autoGainControl,
    ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
  };
}

export function classifyFailure(error: unknown): DeviceFailure {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'absent';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

/** `isOther`: the chosen device could not be opened, and this one is not it. */
export type OpenResult = { track: MediaStreamTrack; isOther: boolean } | { failure: DeviceFailure };

async function open(constraints: MediaStreamConstraints, kind: 'audio' | 'video'): Promise<OpenResult> {
  if (!mediaAvailable()) return { failure: 'insecure' };
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    const track = stream.getTracks().find((each) => each.kind === kind);
    return track === undefined ? { failure: 'absent' } : { track, isOther: false };
  } catch (error) {
    return { failure: classifyFailure(error) };
  }
}

/** The chosen device; where that is gone or taken, any other. A refusal is not asked about twice. */
async function openChosenOrAny<C extends { deviceId?: string | undefined }>(
  choice: C,
  attempt: (choice: C) => Promise<OpenResult>,
): Promise<OpenResult> {
  const chosen = await attempt(choice);
  if ('track' in chosen || !choice.deviceId || chosen.failure === 'denied' || chosen.failure === 'insecure') return chosen;
  const any = await attempt({ ...choice, deviceId: undefined });
  return 'track' in any ? { ...any, isOther: true } : any;
}

export function openCamera(choice: CameraChoice): Promise<OpenResult> {
  return openChosenOrAny(choice, (each) => open({ video: cameraConstraints(each) }, 'video'));
}

export function openMicrophone(choice: MicrophoneChoice): Promise<OpenResult> {
  return openChosenOrAny(choice, (each) => open({ audio: microphoneConstraints(each) }, 'audio'));
}

/** Both in one question to the person where possible; each by itself where that fails. */
export async function openBoth(
  camera: CameraChoice,
  microphone: MicrophoneChoice,
): Promise<{ camera: OpenResult; microphone: OpenResult }> {
  if (!mediaAvailable()) return { camera: { failure: 'insecure' }, microphone: { failure: 'insecure' } };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: cameraConstraints(camera),
      audio: microphoneConstraints(microphone),
    });
    const video = stream.getVideoTracks()[0];
    const audio = stream.getAudioTracks()[0];
    return {
      camera: video === undefined ? { failure: 'absent' } : { track: video, isOther: false },
      microphone: audio === undefined ? { failure: 'absent' } : { track: audio, isOther: false },
    };
  } catch {
    const [one, other] = await Promise.all([openCamera(camera), openMicrophone(microphone)]);
    return { camera: one, microphone: other };
  }
}

/** The names some browsers give to "whatever the system uses": no devices of their own. */
export function isAlias(device: MediaDeviceInfo): boolean {
  return device.deviceId === 'default' || device.deviceId === 'communications';
}

/** Whether the device of a track that ended is still plugged in: then it was taken back, not pulled out. */
export async function isPluggedIn(track: MediaStreamTrack): Promise<boolean> {
  const { deviceId, groupId } = track.getSettings();
  const kind = track.kind === 'audio' ? 'audioinput' : 'videoinput';
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  const own = all.filter((each) => each.kind === kind && !isAlias(each));
  return own.some((each) => each.deviceId === deviceId || (groupId !== undefined && groupId !== '' && each.groupId === groupId));
}

/** Whether a device may be opened without a question to the person. */
export async function mayOpenUnasked(kind: InputKind): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: kind })).state === 'granted';
  } catch {
    // Not every browser tells.
    return true;
  }
}

export async function listDevices(): Promise<DeviceList> {
  if (!mediaAvailable()) return { cameras: [], microphones: [], speakers: [] };
  const all = await navigator.mediaDevices.enumerateDevices();
  const ofKind = (kind: MediaDeviceKind) => all.filter((each) => each.kind === kind && each.deviceId !== '');
  return { cameras: ofKind('videoinput'), microphones: ofKind('audioinput'), speakers: ofKind('audiooutput') };
}

export function canChooseSpeaker(): boolean {
  return typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;
}

export function canShareScreen(): boolean {
  return typeof navigator !== 'undefined' && navigator.mediaDevices?.getDisplayMedia !== undefined;
}

/** The screen, with its sound where the browser and the person give it. Null: the person cancelled. */
export async function openScreen(): Promise<{ video: MediaStreamTrack; audio: MediaStreamTrack | undefined } | null> {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { ideal: 30, max: 30 } },
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    const video = stream.getVideoTracks()[0];
    if (video === undefined) return null;
    // Text must stay sharp; frames may go.
    video.contentHint = 'detail';
    return { video, audio: stream.getAudioTracks()[0] };
  } catch (error) {
    if (classifyFailure(error) === 'denied') return null;
    throw error;
  }
}
