'use client';

import { ChevronDown, LoaderCircle, Mic, MicOff, Video, VideoOff } from 'lucide-react';
import { useEffect, useId, useState, type FormEvent } from 'react';
import { SpeakerTest } from '@/components/settings/speaker-test';
import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { DeviceSelect } from '@/components/ui/device-select';
import { LevelMeter } from '@/components/ui/meter';
import { Logo } from '@/components/ui/logo';
import { ToggleButton } from '@/components/ui/toggle-button';
import { VideoView } from '@/components/ui/video-view';
import { canChooseSpeaker } from '@/lib/media/devices';
import { signInLink, type Standing } from '@/lib/protocol/accounts';
import type { RoomInfo } from '@/lib/protocol/rest';
import { startBoth, startLocal, stopLocal, useLocal, watchDevices } from '@/lib/store/local';
import { useSettings } from '@/lib/store/settings';
import { invitationLink } from '@/lib/util/room-code';
import { DeviceHelp } from './device-help';

interface PreJoinProps {
  room: string;
  /** Not known where one comes back without a look at it. */
  info: RoomInfo | undefined;
  standing: Standing | null;
  joining: boolean;
  onJoin: (name: string) => void;
}

const kNameLimit = 64;

export function PreJoin({ room, info, standing, joining, onJoin }: PreJoinProps) {
  const settings = useSettings();
  const camera = useLocal((state) => state.camera);
  const microphone = useLocal((state) => state.microphone);
  const [name, setName] = useState(settings.name === '' ? (standing?.account?.name ?? '') : settings.name);
  const [nameError, setNameError] = useState('');
  const nameId = useId();

  useEffect(() => {
    const { startCamera, startMicrophone } = useSettings.getState();
    const { camera, microphone } = useLocal.getState();
    if (startCamera && startMicrophone && camera === null && microphone === null) void startBoth();
    else {
      if (startCamera && camera === null) void startLocal('camera');
      if (startMicrophone && microphone === null) void startLocal('microphone');
    }
    return watchDevices();
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (trimmed === '') {
      setNameError('Tell the others your name.');
      document.getElementById(nameId)?.focus();
      return;
    }
    settings.update({ name: trimmed });
    onJoin(trimmed);
  };

  return (
    <div className="backdrop-glow flex min-h-dvh flex-col" data-testid="prejoin">
      <header className="mx-auto flex w-full max-w-6xl items-center justify-between gap-4 px-5 py-4 sm:px-8">
        <a href="/" aria-label="confab, start page" className="rounded-xl">
          <Logo />
        </a>
        <CopyButton text={invitationLink(room)} label="Copy link" tone="ghost" testId="copy-link" />
      </header>
      <main className="mx-auto grid w-full max-w-6xl flex-1 content-center items-center gap-8 px-5 pb-10 sm:px-8 lg:grid-cols-[1.35fr_1fr] lg:gap-14">
        <Preview name={name} />
        <form onSubmit={submit} noValidate className="flex flex-col gap-4">
          <div>
            <h1 className="text-3xl font-semibold tracking-tight">Ready to join?</h1>
            <p className="mt-1.5 text-soft">
              <span className="font-mono text-text">{room}</span>
              {info !== undefined && <span data-testid="here"> · {hereText(info.participants)}</span>}
            </p>
            {info !== undefined && <p className="mt-1.5 text-sm text-soft empty:hidden" data-testid="door-text">{doorText(info)}</p>}
          </div>
          <div>
            <label htmlFor={nameId} className="mb-1.5 block text-sm font-medium text-soft">Your name</label>
            <input
              id={nameId}
              data-testid="name-input"
              className="field"
              value={name}
              maxLength={kNameLimit}
              autoComplete="name"
              aria-invalid={nameError !== ''}
              aria-describedby={`${nameId}-error`}
              onChange={(event) => {
                setName(event.target.value);
                setNameError('');
              }}
            />
            <p id={`${nameId}-error`} role="alert" className="mt-1.5 text-sm text-danger-text empty:hidden">{nameError}</p>
          </div>
          <Help />
          <Button type="submit" tone="accent" large data-testid="join" disabled={joining} aria-busy={joining}>
            {joining && <LoaderCircle className="size-5 animate-spin" aria-hidden />}
            {joining ? 'Joining…' : joinText(camera !== null, microphone !== null)}
          </Button>
          {standing?.rules.signIn === true && <WhoJoins standing={standing} />}
          <Devices />
        </form>
      </main>
    </div>
  );
}

/** The owner of a room is host of it by signing in: better before the meeting than after. */
function WhoJoins({ standing: { account } }: { standing: Standing }) {
  return (
    <p className="-mt-1 text-center text-sm text-soft" data-testid="who-joins">
      {account === null ? (
        <>
          You join as a guest.{' '}
          <a href={signInLink(location.pathname + location.search)} data-testid="prejoin-sign-in" className="-my-3 inline-flex min-h-11 items-center font-medium text-accent underline underline-offset-4 hover:text-accent-hi">
            Sign in
          </a>
        </>
      ) : (
        <>Signed in as <bdi className="font-medium text-text">{account.name}</bdi></>
      )}
    </p>
  );
}

/** One explanation where one reason holds for both. */
function Help() {
  const { cameraFailure, microphoneFailure } = useLocal();
  if (cameraFailure !== null && cameraFailure === microphoneFailure) {
    return <DeviceHelp kind="camera and microphone" failure={cameraFailure} onRetry={() => void startBoth()} />;
  }
  return (
    <>
      {cameraFailure !== null && <DeviceHelp kind="camera" failure={cameraFailure} onRetry={() => void startLocal('camera')} />}
      {microphoneFailure !== null && (
        <DeviceHelp kind="microphone" failure={microphoneFailure} onRetry={() => void startLocal('microphone')} />
      )}
    </>
  );
}

function hereText(count: number): string {
  return count === 0 ? 'nobody is here yet' : count === 1 ? 'one person is here' : `${count} people are here`;
}

/** What stands before the meeting, so that nobody is surprised by it. */
function doorText({ locked, lobby, hasPassword }: RoomInfo): string {
  if (locked === true) return 'The meeting is locked. Only its hosts, and who has been in it, can come in.';
  const parts = [hasPassword === true ? 'You will be asked for a password.' : '', lobby === true ? 'You will wait until a host lets you in.' : ''];
  return parts.filter(Boolean).join(' ');
}

function joinText(camera: boolean, microphone: boolean): string {
  if (camera && microphone) return 'Join now';
  if (microphone) return 'Join without camera';
  if (camera) return 'Join without microphone';
  return 'Join to watch and listen';
}

export function Preview({ name }: { name: string }) {
  const { camera, microphone, opening } = useLocal();
  const settings = useSettings();
  const toggle = (kind: 'camera' | 'microphone', on: boolean) => {
    settings.update(kind === 'camera' ? { startCamera: !on } : { startMicrophone: !on });
    if (on) stopLocal(kind);
    else void startLocal(kind);
  };
  return (
    <section aria-label="How the others will see you" className="min-w-0">
      <div className="hairline relative aspect-video overflow-hidden rounded-3xl bg-ink-850 shadow-2xl shadow-black/50">
        {camera !== null ? (
          <VideoView track={camera} label="Your camera" mirrored={settings.mirrorSelf} testId="preview-video" />
        ) : (
          <div className="absolute inset-0 grid place-items-center bg-radial-[at_50%_35%] from-ink-800 to-ink-900 pb-18">
            {opening.camera ? (
              <p className="flex items-center gap-2.5 text-soft">
                <LoaderCircle className="size-5 animate-spin" aria-hidden /> Waiting for the camera…
              </p>
            ) : (
              <Avatar id={name.trim() === '' ? '?' : name} name={name} className="size-20 text-2xl sm:size-28 sm:text-4xl" />
            )}
          </div>
        )}
        <div className="absolute inset-x-0 bottom-0 flex items-center justify-center gap-3 bg-gradient-to-t from-black/70 to-transparent p-4 pt-12">
          <ToggleButton
            tone="device"
            pressed={microphone !== null}
            aria-busy={opening.microphone}
            label="Microphone"
            data-testid="prejoin-mic"
            icon={microphone !== null ? <Mic className="size-5" aria-hidden /> : <MicOff className="size-5" aria-hidden />}
            onClick={() => toggle('microphone', microphone !== null)}
          />
          <ToggleButton
            tone="device"
            pressed={camera !== null}
            aria-busy={opening.camera}
            label="Camera"
            data-testid="prejoin-camera"
            icon={camera !== null ? <Video className="size-5" aria-hidden /> : <VideoOff className="size-5" aria-hidden />}
            onClick={() => toggle('camera', camera !== null)}
          />
        </div>
      </div>
      <div className="mt-4 flex items-center gap-3">
        {microphone !== null ? <Mic className="size-4 shrink-0 text-soft" aria-hidden /> : <MicOff className="size-4 shrink-0 text-danger-text" aria-hidden />}
        <div className="flex-1">
          <LevelMeter track={microphone} label="Microphone level" />
        </div>
      </div>
    </section>
  );
}

function Devices() {
  const { devices, camera, microphone } = useLocal();
  const settings = useSettings();
  return (
    <details className="group hairline rounded-2xl bg-ink-900/60" data-testid="devices">
      <summary className="flex min-h-12 cursor-pointer list-none items-center justify-between rounded-2xl px-4 text-sm font-medium text-soft hover:text-text">
        Camera, microphone and speaker
        <ChevronDown className="size-4 transition-transform group-open:rotate-180" aria-hidden />
      </summary>
      <div className="flex flex-col gap-3.5 px-4 pb-4">
        <DeviceSelect
          label="Camera"
          testId="select-camera"
          devices={devices.cameras}
          value={camera?.getSettings().deviceId ?? settings.cameraId}
          onChange={(cameraId) => {
            settings.update({ cameraId });
            if (camera !== null) void startLocal('camera');
          }}
        />
        <DeviceSelect
          label="Microphone"
          testId="select-microphone"
          devices={devices.microphones}
          value={microphone?.getSettings().deviceId ?? settings.microphoneId}
          onChange={(microphoneId) => {
            settings.update({ microphoneId });
            if (microphone !== null) void startLocal('microphone');
          }}
        />
        {canChooseSpeaker() && devices.speakers.length > 0 && (
          <DeviceSelect
            label="Speaker"
            testId="select-speaker"
            devices={devices.speakers}
            value={settings.speakerId}
            onChange={(speakerId) => settings.update({ speakerId })}
          />
        )}
        <SpeakerTest speakerId={settings.speakerId} />
      </div>
    </details>
  );
}
