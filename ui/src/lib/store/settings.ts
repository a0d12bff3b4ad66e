import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';
import type { Resolution } from '@/lib/media/devices';
import type { Receive } from '@/lib/media/use-of-video';
import { readStored, removeStored, writeStored } from '@/lib/util/storage';

/** What this browser remembers between meetings. Nothing of it leaves the machine but the name. */
export interface Settings {
  name: string;
  cameraId: string | undefined;
  microphoneId: string | undefined;
  speakerId: string | undefined;
  startCamera: boolean;
  startMicrophone: boolean;
  resolution: Resolution;
  receive: Receive;
  mirrorSelf: boolean;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
}

export const kDefaultSettings: Settings = {
  name: '',
  cameraId: undefined,
  microphoneId: undefined,
  speakerId: undefined,
  startCamera: true,
  startMicrophone: true,
  resolution: '720p',
  receive: 'all',
  mirrorSelf: true,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

interface SettingsStore extends Settings {
  update: (change: Partial<Settings>) => void;
}

const storage = createJSONStorage(() => ({
  getItem: (key) => readStored('local', key),
  setItem: (key, value) => writeStored('local', key, value),
  removeItem: (key) => removeStored('local', key),
}));

export const useSettings = create<SettingsStore>()(
  persist((set) => ({ ...kDefaultSettings, update: (change) => set(change) }), { name: 'confab:settings', version: 1, storage }),
);

export function cameraChoice(settings: Settings) {
  return { deviceId: settings.cameraId, resolution: settings.resolution };
}

export function microphoneChoice(settings: Settings) {
  const { microphoneId, echoCancellation, noiseSuppression, autoGainControl } = settings;
  return { deviceId: microphoneId, echoCancellation, noiseSuppression, autoGainControl };
}
