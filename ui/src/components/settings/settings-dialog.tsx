'use client';

import { useEffect, useState, type ReactNode } from 'react';
import { DeviceHelp } from '@/components/prejoin/device-help';
import { useSession } from '@/components/room/session-context';
import { Button } from '@/components/ui/button';
import { DeviceSelect } from '@/components/ui/device-select';
import { Dialog } from '@/components/ui/dialog';
import { LevelMeter } from '@/components/ui/meter';
import { Switch } from '@/components/ui/switch';
import { canChooseSpeaker, type Resolution } from '@/lib/media/devices';
import type { Receive } from '@/lib/media/use-of-video';
import { describeError } from '@/lib/protocol/errors';
import { useLocal, watchDevices } from '@/lib/store/local';
import { useMeeting } from '@/lib/store/meeting';
import { useSettings, type Settings } from '@/lib/store/settings';
import { CameraPreview } from './camera-preview';
import { SpeakerTest } from './speaker-test';

export function SettingsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Settings"
      testId="settings-dialog"
      openers={['[data-testid="open-settings"]', '[data-testid="more"]']}
    >
      <div className="flex flex-col gap-7 pt-1">
        <NameSection />
        <AudioSection />
        <VideoSection />
      </div>
    </Dialog>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-3.5">
      <h3 className="text-sm font-semibold tracking-wide text-accent uppercase">{title}</h3>
      {children}
    </section>
  );
}

function NameSection() {
  const session = useSession();
  const current = useMeeting((state) => state.people[state.selfId]?.name ?? '');
  const limit = useMeeting((state) => state.nameLimit);
  const [name, setName] = useState(current);
  const [error, setError] = useState('');
  const trimmed = name.trim();
  const save = () => session.setName(trimmed).then(() => setError(''), (failure: unknown) => setError(describeError(failure)));
  return (
    <Section title="You">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label htmlFor="settings-name" className="mb-1.5 block text-sm font-medium text-soft">Name the others see</label>
        <div className="flex gap-2.5">
          <input
            id="settings-name"
            data-testid="settings-name"
            className="field"
            value={name}
            maxLength={limit}
            autoComplete="name"
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" className="min-h-12" disabled={trimmed === '' || trimmed === current}>Save</Button>
        </div>
        <p role="alert" className="mt-1.5 text-sm text-danger-text empty:hidden">{error}</p>
      </form>
    </Section>
  );
}

function AudioSection() {
  const session = useSession();
  const settings = useSettings();
  const { devices, microphone, microphoneFailure } = useLocal();
  useEffect(watchDevices, []);

  const change = (update: Partial<Settings>) => {
    settings.update(update);
    void session.publisher.switchDevice('microphone');
  };
  return (
    <Section title="Sound">
      <DeviceSelect
        label="Microphone"
        testId="settings-microphone"
        devices={devices.microphones}
        value={microphone?.getSettings().deviceId ?? settings.microphoneId}
        onChange={(microphoneId) => change({ microphoneId })}
      />
      {microphone !== null && <LevelMeter track={microphone} label="Microphone level" />}
      {microphoneFailure !== null && (
        <DeviceHelp kind="microphone" failure={microphoneFailure} onRetry={() => void session.publisher.setMicrophone(true)} />
      )}
      {canChooseSpeaker() && devices.speakers.length > 0 && (
        <DeviceSelect
          label="Speaker"
          testId="settings-speaker"
          devices={devices.speakers}
          value={settings.speakerId}
          onChange={(speakerId) => {
            settings.update({ speakerId });
            void session.audio.setSpeaker(speakerId);
          }}
        />
      )}
      <SpeakerTest speakerId={settings.speakerId} />
      <Switch label="Cancel echo" checked={settings.echoCancellation} onChange={(echoCancellation) => change({ echoCancellation })} />
      <Switch label="Suppress noise" checked={settings.noiseSuppression} onChange={(noiseSuppression) => change({ noiseSuppression })} />
      <Switch label="Adjust the level by itself" checked={settings.autoGainControl} onChange={(autoGainControl) => change({ autoGainControl })} />
    </Section>
  );
}

function VideoSection() {
  const session = useSession();
  const settings = useSettings();
  const { devices, camera, cameraFailure } = useLocal();
  const change = (update: Partial<Settings>) => {
    settings.update(update);
    void session.publisher.switchDevice('camera');
  };
  return (
    <Section title="Picture">
      <CameraPreview />
      <DeviceSelect
        label="Camera"
        testId="settings-camera"
        devices={devices.cameras}
        value={camera?.getSettings().deviceId ?? settings.cameraId}
        onChange={(cameraId) => change({ cameraId })}
      />
      {cameraFailure !== null && (
        <DeviceHelp kind="camera" failure={cameraFailure} onRetry={() => void session.publisher.setCamera(true)} />
      )}
      <div>
        <label htmlFor="settings-resolution" className="mb-1.5 block text-sm font-medium text-soft">Ask the camera for</label>
        <select
          id="settings-resolution"
          className="field"
          value={settings.resolution}
          onChange={(event) => change({ resolution: event.target.value as Resolution })}
        >
          <option value="720p">1280 × 720</option>
          <option value="360p">640 × 360 (less data)</option>
        </select>
      </div>
      <div>
        <label htmlFor="settings-receive" className="mb-1.5 block text-sm font-medium text-soft">Receive from others</label>
        <select
          id="settings-receive"
          data-testid="settings-receive"
          className="field"
          value={settings.receive}
          onChange={(event) => settings.update({ receive: event.target.value as Receive })}
        >
          <option value="all">Pictures as large as they are shown</option>
          <option value="saver">Small pictures (less data)</option>
          <option value="sound">Sound only (least data)</option>
        </select>
      </div>
      <Switch label="Show my own picture mirrored" checked={settings.mirrorSelf} onChange={(mirrorSelf) => settings.update({ mirrorSelf })} />
    </Section>
  );
}
