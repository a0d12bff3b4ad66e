import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeHandler } from 'mediasoup-client';
import { startLocal, useLocal } from '@/lib/store/local';
import { isLive, isPending, useMeeting } from '@/lib/store/meeting';
import { useNews } from '@/lib/store/news';
import { FakeServer } from '@/testing/fake-server';
import { ben, joinWith, openSession, settled, streamOf, stubBrowser, track, vanish, type FakeDevices } from '@/testing/stage';
import { roomActions } from '@/components/room/actions';
import type { MeetingSession } from './session';

let devices: FakeDevices & EventTarget;
let server: FakeServer;
let session: MeetingSession;

beforeEach(() => {
  devices = stubBrowser();
  server = new FakeServer();
  server.others = [ben()];
  session = openSession(server);
});

afterEach(() => {
  session.dispose();
  vi.unstubAllGlobals();
});

const microphone = () => useLocal.getState().microphone;
const self = () => useMeeting.getState().people['pt_self'];
const back = async () => {
  server.connect();
  await settled();
};

describe('what is clicked while offline', () => {
  it('is shown as pending, can be taken back, and holds on the return', async () => {
    await joinWith(session, { microphone: true });
    const actions = roomActions(session);
    actions.toggleMicrophone();
    await settled();
    server.drop('transport close');
    actions.toggleMicrophone();
    await settled();
    expect(useMeeting.getState().wanted.microphone).toBe(true);
    expect(isPending(useMeeting.getState(), 'microphone')).toBe(true);
    actions.toggleMicrophone();
    await settled();
    expect(isPending(useMeeting.getState(), 'microphone')).toBe(false);
    await back();
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: true }]);
    expect(microphone()?.enabled).toBe(false);
    actions.toggleMicrophone();
    await settled();
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: false }]);
    expect(microphone()?.enabled).toBe(true);
  });

  it('goes into the new media after a server restart: no silence and no black under an "on" button', async () => {
    await joinWith(session, { microphone: true, camera: true });
    devices.getUserMedia = () => Promise.resolve(streamOf(track('video')));
    const actions = roomActions(session);
    actions.toggleMicrophone();
    actions.toggleCamera();
    await settled();
    server.drop('transport close');
    actions.toggleMicrophone();
    actions.toggleCamera();
    await settled();
    server.loseMedia();
    await back();
    const sent = server.self.producers.map(({ source, paused }) => `${source} ${paused ? 'off' : 'on'}`);
    expect(sent.sort()).toEqual(['camera on', 'microphone on']);
    expect(microphone()?.enabled).toBe(true);
    expect(useLocal.getState().camera?.enabled).toBe(true);
  });

  it('is not negotiated before there is a connection again: half a negotiation spoils the next one', async () => {
    await joinWith(session, {});
    devices.getUserMedia = () => Promise.resolve(streamOf(track('video')));
    const negotiate = vi.spyOn(FakeHandler.prototype, 'send');
    server.drop('transport close');
    roomActions(session).toggleCamera();
    await settled();
    expect(useMeeting.getState().wanted.camera).toBe(true);
    expect(negotiate).not.toHaveBeenCalled();
    await back();
    expect(negotiate).toHaveBeenCalledTimes(1);
    expect(server.self.producers).toMatchObject([{ source: 'camera', paused: false }]);
    negotiate.mockRestore();
  });

  it('raises the hand on the return', async () => {
    await joinWith(session, {});
    server.drop('transport close');
    roomActions(session).toggleHand();
    await settled();
    expect(isPending(useMeeting.getState(), 'hand')).toBe(true);
    await back();
    expect(server.self.hand).not.toBeNull();
    expect(isPending(useMeeting.getState(), 'hand')).toBe(false);
  });
});

describe('a mute', () => {
  it('is silent at once, though the server has not answered an unmute before it', async () => {
    await joinWith(session, { microphone: true });
    await session.publisher.setMicrophone(false);
    server.silent.add('producer:resume');
    void session.publisher.setMicrophone(true);
    await settled();
    void session.publisher.setMicrophone(false);
    expect(microphone()?.enabled).toBe(false);
    server.speak();
    await settled();
    expect(microphone()?.enabled).toBe(false);
    expect(server.self.producers).toMatchObject([{ paused: true }]);
  });

  it('is tried again when the server was too busy', async () => {
    await joinWith(session, { microphone: true });
    server.next.set('producer:pause', { error: { code: 'rate_limited', message: 'wait' } });
    await session.publisher.setMicrophone(false);
    await vi.waitFor(() => expect(server.self.producers).toMatchObject([{ paused: true }]), 3000);
    expect(useNews.getState().notices).toEqual([]);
  });
});

describe('what opens too late', () => {
  it('a screen after Leave is stopped, and is not shared on the way back in', async () => {
    await joinWith(session, {});
    let open = (_stream: MediaStream) => {};
    devices.getDisplayMedia = () => new Promise((resolve) => (open = resolve));
    const sharing = session.publisher.startScreen();
    await session.leave();
    const screen = track('video');
    open(streamOf(screen));
    await sharing;
    expect(screen.readyState).toBe('ended');
    await session.join('Ada');
    await settled();
    expect(server.self.producers).toEqual([]);
    expect(useMeeting.getState().screen).toBeNull();
  });

  it('a share that ends while it is being sent leaves no tile and no producer', async () => {
    await joinWith(session, {});
    const screen = track('video');
    devices.getDisplayMedia = () => Promise.resolve(streamOf(screen));
    server.silent.add('produce');
    const sharing = session.publisher.startScreen();
    await settled();
    vanish(screen);
    server.speak();
    await sharing;
    await settled();
    expect(server.self.producers).toEqual([]);
    expect(self()?.producers).toEqual([]);
    expect(useMeeting.getState().screen).toBeNull();
  });

  it('a share stopped while offline is closed on the return', async () => {
    await joinWith(session, {});
    devices.getDisplayMedia = () => Promise.resolve(streamOf(track('video')));
    await session.publisher.startScreen();
    expect(server.self.producers).toMatchObject([{ source: 'screen' }]);
    server.drop('transport close');
    session.publisher.stopScreen();
    expect(self()?.producers).toEqual([]);
    await back();
    expect(server.self.producers).toEqual([]);
    expect(self()?.producers).toEqual([]);
  });

  it('a producer whose answer was lost is closed, and the source is sent once', async () => {
    await joinWith(session, {});
    server.silent.add('produce');
    devices.getUserMedia = () => Promise.resolve(streamOf(track('audio')));
    void session.publisher.setMicrophone(true);
    await settled();
    // It was made; the answer goes down with the connection.
    server.obey('produce');
    server.drop('transport close');
    expect(server.self.producers).toHaveLength(1);
    await back();
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: false }]);
    expect(server.requests('producer:close')).toHaveLength(1);
  });

  it('a microphone that vanishes while it is being sent is shown as off', async () => {
    const lost = track('audio');
    useLocal.setState({ opening: { camera: false, microphone: true } });
    devices.getUserMedia = () => Promise.resolve(streamOf(lost));
    await startLocal('microphone');
    devices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
    session.publisher.want({ microphone: true });
    server.silent.add('produce');
    await session.join('Ada');
    await settled();
    vanish(lost);
    server.speak();
    await settled();
    expect(isLive(self(), 'microphone')).toBe(false);
    expect(useMeeting.getState().wanted.microphone).toBe(false);
    expect(server.self.producers.filter((each) => !each.paused)).toEqual([]);
  });
});

describe('an unplugged microphone', () => {
  const plugged = (deviceId: string, label: string) => ({ kind: 'audioinput', deviceId, groupId: deviceId, label }) as MediaDeviceInfo;
  const opened = (deviceId: string, label: string) => {
    const each = track('audio');
    each.getSettings = () => ({ deviceId, groupId: deviceId });
    Object.defineProperty(each, 'label', { value: label });
    return each;
  };

  it('is replaced by another, and the person is told which', async () => {
    devices.getUserMedia = () => Promise.resolve(streamOf(opened('usb', 'USB microphone')));
    await startLocal('microphone');
    session.publisher.want({ microphone: true });
    await session.join('Ada');
    await settled();
    devices.enumerateDevices = () => Promise.resolve([plugged('built-in', 'Built-in')]);
    const other = opened('built-in', 'Built-in');
    devices.getUserMedia = () => Promise.resolve(streamOf(other));
    vanish(microphone()!);
    await settled();
    expect(microphone()).toBe(other);
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: false }]);
    expect(session.mediaClient?.track('microphone')).toBe(other);
    expect(useNews.getState().notices.map((each) => each.text)).toEqual(['The microphone was disconnected. In use now: Built-in.']);
  });

  it('leaves the person muted and told so when there is no other; a new one is offered and used', async () => {
    devices.getUserMedia = () => Promise.resolve(streamOf(opened('usb', 'USB microphone')));
    await startLocal('microphone');
    session.publisher.want({ microphone: true });
    await session.join('Ada');
    await settled();
    devices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
    vanish(microphone()!);
    await settled();
    expect(useMeeting.getState().wanted.microphone).toBe(false);
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: true }]);
    expect(useNews.getState().notices.map((each) => each.text)).toEqual(['The microphone was disconnected. The others cannot hear you.']);

    const { watchDevices } = await import('@/lib/store/local');
    const stop = watchDevices();
    devices.enumerateDevices = () => Promise.resolve([plugged('headset', 'Headset')]);
    const headset = opened('headset', 'Headset');
    devices.getUserMedia = () => Promise.resolve(streamOf(headset));
    await settled();
    useLocal.setState({ devices: { cameras: [], microphones: [], speakers: [] } });
    devices.dispatchEvent(new Event('devicechange'));
    await settled();
    const offer = useNews.getState().notices.find((each) => each.text === 'New microphone: Headset');
    offer?.action?.run();
    await settled();
    stop();
    expect(microphone()).toBe(headset);
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: false }]);
  });
});
