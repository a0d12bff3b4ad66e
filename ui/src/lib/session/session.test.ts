import { Device, FakeHandler, testFakeParameters } from 'mediasoup-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kAllVideo } from '@/lib/media/use-of-video';
import { useLocal } from '@/lib/store/local';
import { isLive, isPending, useMeeting } from '@/lib/store/meeting';
import { FakeServer } from '@/testing/fake-server';
import { ben, FakeAudio, joinWith, openSession, settled, stubBrowser, track } from '@/testing/stage';
import type { MeetingSession } from './session';

let server: FakeServer;
let session: MeetingSession;

beforeEach(() => {
  stubBrowser();
  server = new FakeServer();
  server.others = [ben()];
  session = openSession(server);
});

afterEach(() => {
  session.dispose();
  vi.unstubAllGlobals();
});

function loseMedia(): void {
  server.loseMedia();
  server.others = server.others.map((each) => ({ ...each, producers: [] }));
  server.emit('media:lost', { reason: 'restart', routerRtpCapabilities: testFakeParameters.generateRouterRtpCapabilities() });
}

describe('joining', () => {
  it('takes one request, then sends what is on and receives what there is', async () => {
    await joinWith(session, { microphone: true, camera: true });
    expect(useMeeting.getState()).toMatchObject({ phase: 'joined', selfId: 'pt_self' });
    expect(server.requests('join')).toHaveLength(1);
    // By this the logs of all services are searched for it.
    expect(server.requests('join')[0]?.['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(server.self.producers.map((each) => each.source).sort()).toEqual(['camera', 'microphone']);
    expect(Object.keys(useMeeting.getState().tracks).sort()).toEqual(['pr_ben_a', 'pr_ben_v']);
    expect(server.requests('consumer:resume')).toHaveLength(2);
    expect([...FakeAudio.playing]).toEqual(['pr_ben_a']);
  });

  it('works with no device at all', async () => {
    await joinWith(session, {});
    expect(server.self.producers).toEqual([]);
    expect(Object.keys(useMeeting.getState().tracks)).toHaveLength(2);
  });

  it('sends a device that opens late, once', async () => {
    await joinWith(session, {});
    session.publisher.want({ camera: true });
    useLocal.setState({ camera: track('video') });
    await settled();
    expect(server.self.producers.map((each) => each.source)).toEqual(['camera']);
  });

  it('says why when refused', async () => {
    server.next.set('join', { error: { code: 'full', message: 'limit' } });
    await joinWith(session, {});
    expect(useMeeting.getState().phase).toBe('failed');
    expect(useMeeting.getState().phaseReason).toMatch(/no room left/);
  });

  it('goes on by itself when the server is just beginning', async () => {
    server.next.set('join', { error: { code: 'unavailable', message: 'starting' } });
    await joinWith(session, {});
    expect(useMeeting.getState().phase).toBe('joined');
    expect(server.requests('join')).toHaveLength(2);
  });

  it('goes on over another connection when the network has changed under it', async () => {
    vi.useFakeTimers();
    server.silent.add('join').add('state:get');
    const joining = session.join('Ada');
    await vi.advanceTimersByTimeAsync(100);
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(100);
    server.silent.clear();
    server.drop('transport close');
    await vi.advanceTimersByTimeAsync(1000);
    await joining;
    vi.useRealTimers();
    expect(server.requests('state:get')).toHaveLength(1);
    expect(server.requests('join')).toHaveLength(2);
    expect(useMeeting.getState().phase).toBe('joined');
  });

  it('that was left is not made again', async () => {
    vi.useFakeTimers();
    server.next.set('join', { error: { code: 'unavailable', message: 'starting' } });
    const joining = session.join('Ada');
    await vi.advanceTimersByTimeAsync(100);
    expect(server.requests('join')).toHaveLength(1);
    await session.leave();
    await vi.advanceTimersByTimeAsync(20_000);
    await joining;
    vi.useRealTimers();
    expect(server.requests('join')).toHaveLength(1);
    expect(useMeeting.getState().phase).toBe('left');
  });

  it('is given up when the server stays away', async () => {
    vi.useFakeTimers();
    server.drop('transport close');
    server.reachable = false;
    const joining = session.join('Ada');
    await vi.advanceTimersByTimeAsync(20_000);
    await joining;
    vi.useRealTimers();
    expect(useMeeting.getState()).toMatchObject({ phase: 'failed', phaseReason: expect.stringMatching(/cannot be reached/) });
  });
});

describe('a lost connection', () => {
  it('is mended on the same media when the server kept it: nothing is made twice', async () => {
    await joinWith(session, { microphone: true });
    const produced = server.requests('produce').length;
    server.drop('transport close');
    expect(useMeeting.getState().offlineSince).not.toBeNull();
    server.connect();
    await settled();
    expect(server.requests('join')[1]).toMatchObject({ keepMedia: true, resumeToken: 'r1' });
    expect(useMeeting.getState().offlineSince).toBeNull();
    expect(server.requests('produce')).toHaveLength(produced);
    expect(server.requests('consume')).toHaveLength(2);
    expect(Object.keys(useMeeting.getState().tracks)).toHaveLength(2);
  });

  it('to a restarted server builds media anew, for the same people', async () => {
    await joinWith(session, { microphone: true, camera: true });
    server.drop('transport close');
    server.loseMedia();
    server.connect();
    await settled();
    expect(server.self.producers.map((each) => each.source).sort()).toEqual(['camera', 'microphone']);
    expect(Object.keys(useMeeting.getState().people).sort()).toEqual(['pt_ben', 'pt_self']);
    expect(Object.keys(useMeeting.getState().tracks).sort()).toEqual(['pr_ben_a', 'pr_ben_v']);
    expect([...FakeAudio.playing]).toEqual(['pr_ben_a']);
  });

  it('keeps a mute that was clicked meanwhile', async () => {
    await joinWith(session, { microphone: true });
    server.drop('transport close');
    await session.publisher.setMicrophone(false);
    expect(isLive(useMeeting.getState().people['pt_self'], 'microphone')).toBe(false);
    server.connect();
    await settled();
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: true }]);
  });

  it('keeps an unmute that was clicked after a mute whose answer was lost', async () => {
    await joinWith(session, { microphone: true });
    server.silent.add('producer:pause');
    void session.publisher.setMicrophone(false);
    await settled();
    server.obey('producer:pause');
    server.drop('transport close');
    await session.publisher.setMicrophone(true);
    expect(isPending(useMeeting.getState(), 'microphone')).toBe(true);
    server.connect();
    await settled();
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: false }]);
    expect(isLive(useMeeting.getState().people['pt_self'], 'microphone')).toBe(true);
    expect(isPending(useMeeting.getState(), 'microphone')).toBe(false);
  });

  it('tries again while the server is not ready', async () => {
    await joinWith(session, {});
    server.drop('transport close');
    server.next.set('join', { error: { code: 'unavailable', message: 'starting' } });
    server.connect();
    await vi.waitFor(() => expect(useMeeting.getState().offlineSince).toBeNull(), 2000);
    expect(server.requests('join')).toHaveLength(3);
  });

  it('ends the call when the room is gone', async () => {
    await joinWith(session, {});
    server.drop('transport close');
    server.next.set('join', { error: { code: 'not_found', message: 'no such room' } });
    server.connect();
    await settled();
    expect(useMeeting.getState()).toMatchObject({ phase: 'ended', phaseReason: 'This meeting is over.' });
    expect(server.connected).toBe(false);
  });
});

describe('during the call', () => {
  it('lets go of a closed producer and of everything of who leaves', async () => {
    await joinWith(session, {});
    server.emit('producer:closed', { participantId: 'pt_ben', producerId: 'pr_ben_v' });
    expect(Object.keys(useMeeting.getState().tracks)).toEqual(['pr_ben_a']);
    server.others = [];
    server.emit('participant:left', { participantId: 'pt_ben', reason: 'left' });
    await settled();
    expect(useMeeting.getState().tracks).toEqual({});
    expect(FakeAudio.playing.size).toBe(0);
  });

  it('mutes by the server’s record and resumes the same producer', async () => {
    await joinWith(session, { microphone: true });
    await session.publisher.setMicrophone(false);
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: true }]);
    await session.publisher.setMicrophone(true);
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: false }]);
    expect(server.requests('produce')).toHaveLength(1);
    expect(isLive(useMeeting.getState().people['pt_self'], 'microphone')).toBe(true);
  });

  it('releases the camera when it is switched off', async () => {
    await joinWith(session, { camera: true });
    const camera = useLocal.getState().camera;
    await session.publisher.setCamera(false);
    expect(camera?.readyState).toBe('ended');
    expect(server.self.producers).toMatchObject([{ source: 'camera', paused: true }]);
  });

  it('builds media anew when the server lost it, on transports that are not the lost ones', async () => {
    await joinWith(session, { microphone: true });
    const lost = server.requests('produce')[0]?.['transportId'];
    loseMedia();
    await settled();
    expect(server.requests('transport:create')).toHaveLength(2);
    expect(server.requests('produce').at(-1)?.['transportId']).not.toBe(lost);
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: false }]);
    // Everything went with it: there is nothing to close or to ask for.
    expect(server.requests('transport:close')).toEqual([]);
    expect(server.requests('state:get')).toEqual([]);
    expect(useMeeting.getState().tracks).toEqual({});
    const anew = ben().producers.map((each) => ({ ...each, id: `${each.id}_anew` }));
    server.others = [{ ...ben(), producers: anew }];
    for (const producer of anew) server.emit('producer:added', { participantId: 'pt_ben', producer });
    await settled();
    expect(Object.keys(useMeeting.getState().tracks).sort()).toEqual(['pr_ben_a_anew', 'pr_ben_v_anew']);
    expect(useMeeting.getState().mediaTrouble).toBe(false);
  });

  it('is built anew once more when the server loses it again meanwhile', async () => {
    await joinWith(session, { microphone: true });
    server.silent.add('transport:create');
    loseMedia();
    await settled();
    loseMedia();
    server.obey('transport:create');
    server.loseMedia();
    server.speak();
    await settled();
    expect(server.requests('transport:create').length).toBeGreaterThanOrEqual(4);
    expect(server.self.producers).toMatchObject([{ source: 'microphone', paused: false }]);
    expect(server.transports.has(String(server.requests('produce').at(-1)?.['transportId']))).toBe(true);
  });

  it('lost while the browser prepares is not built on what came with the join', async () => {
    session.dispose();
    let prepared = () => {};
    const device = new Promise<Device>((resolve) => {
      prepared = () => resolve(new Device({ handlerFactory: FakeHandler.createFactory(testFakeParameters) }));
    });
    session = openSession(server, () => device);
    const joining = joinWith(session, { microphone: true });
    await vi.waitFor(() => expect(useMeeting.getState().phase).toBe('joined'));
    loseMedia();
    prepared();
    await joining;
    await settled();
    expect(server.requests('transport:create')).toHaveLength(2);
    expect(server.requests('produce').map(({ transportId }) => server.transports.has(String(transportId)))).toEqual([true]);
  });

  it('connects while the answer to its DTLS parameters is under way, and says them again if that was lost', async () => {
    server.silent.add('transport:connect');
    await joinWith(session, { microphone: true });
    expect(server.requests('produce')).toHaveLength(1);
    const asked = server.requests('transport:connect').length;
    server.drop('transport close');
    server.silent.clear();
    server.connect();
    await settled();
    const all = server.requests('transport:connect');
    expect(all.slice(asked)).toEqual(all.slice(0, asked));
  });

  it('whose DTLS parameters the server refuses is built anew', async () => {
    server.next.set('transport:connect', { error: { code: 'not_found', message: 'you have no such transport' } });
    await joinWith(session, { microphone: true });
    await vi.waitFor(() => expect(server.requests('transport:create')).toHaveLength(2));
    await settled();
    expect(server.transports.has(String(server.requests('produce').at(-1)?.['transportId']))).toBe(true);
  });

  it('that could not be built anew is tried again when the server says that it begins anew', async () => {
    await joinWith(session, { microphone: true });
    server.next.set('transport:create', { error: { code: 'internal', message: 'no' } });
    loseMedia();
    await settled();
    expect(server.self.producers).toEqual([]);
    loseMedia();
    await settled();
    expect(server.self.producers).toMatchObject([{ source: 'microphone' }]);
  });

  it('is not built anew after Leave', async () => {
    await joinWith(session, { microphone: true });
    server.silent.add('leave');
    const left = session.leave();
    loseMedia();
    await settled();
    expect(server.requests('transport:create')).toEqual([]);
    server.speak();
    await left;
  });

  it('stops asking for video on another page of the grid', async () => {
    await joinWith(session, {});
    session.setUseOfVideo({ hidden: new Set(['pr_ben_v']), layers: new Map(), focused: null });
    await settled();
    expect(server.requests('consumer:pause')).toHaveLength(1);
    session.setUseOfVideo(kAllVideo);
    await settled();
    expect(server.requests('consumer:resume')).toHaveLength(3);
  });

  it('asks for no larger layer than is shown, before the first key frame, and again of media made anew', async () => {
    const use = { hidden: new Set<string>(), layers: new Map([['pr_ben_v', 1]]), focused: null };
    session.setUseOfVideo(use);
    await joinWith(session, {});
    const ofVideo = () => server.log.filter(({ event, payload }) => /consumer:(layers|resume)/.test(event) && payload['consumerId'] === server.consumerOf('pr_ben_v'));
    expect(ofVideo().map(({ event }) => event)).toEqual(['consumer:layers', 'consumer:resume']);
    expect(server.requests('consumer:layers')).toMatchObject([{ spatialLayer: 1, temporalLayer: 2 }]);
    session.setUseOfVideo({ ...use, layers: new Map([['pr_ben_v', 1]]) });
    await settled();
    expect(server.requests('consumer:layers')).toHaveLength(1);
    server.emit('transport:state', { transportId: session.mediaClient?.transportIds()[1], state: 'failed' });
    await settled();
    expect(ofVideo().map(({ event }) => event)).toEqual(['consumer:layers', 'consumer:resume']);
  });

  it('tells the layer again when the answer to it was lost', async () => {
    await joinWith(session, {});
    server.silent.add('consumer:layers');
    session.setUseOfVideo({ hidden: new Set(), layers: new Map([['pr_ben_v', 0]]), focused: null });
    await settled();
    server.obey('consumer:layers');
    server.drop('transport close');
    session.setUseOfVideo({ hidden: new Set(), layers: new Map([['pr_ben_v', 2]]), focused: null });
    server.connect();
    await settled();
    expect(server.requests('consumer:layers').map((each) => each['spatialLayer'])).toEqual([0, 2]);
  });

  it('hides again what nobody looks at when media is made anew', async () => {
    await joinWith(session, {});
    session.setUseOfVideo({ hidden: new Set(['pr_ben_v']), layers: new Map(), focused: null });
    await settled();
    server.emit('transport:state', { transportId: session.mediaClient?.transportIds()[1], state: 'failed' });
    await settled();
    const video = server.consumerOf('pr_ben_v');
    expect(server.requests('consumer:resume').filter((each) => each['consumerId'] === video)).toEqual([]);
  });

  it('stays out when another tab took the session over', async () => {
    await joinWith(session, {});
    server.emit('session:replaced', {});
    server.drop('io server disconnect');
    await settled();
    expect(useMeeting.getState().phase).toBe('replaced');
    expect(server.requests('join')).toHaveLength(1);
  });

  it('leaves with a word to the server and with every device off', async () => {
    await joinWith(session, { microphone: true, camera: true });
    const { microphone, camera } = useLocal.getState();
    await session.leave();
    expect(server.requests('leave')).toHaveLength(1);
    expect([microphone?.readyState, camera?.readyState]).toEqual(['ended', 'ended']);
    expect(useMeeting.getState().phase).toBe('left');
  });
});

describe('a message whose answer was lost', () => {
  const words = () => useMeeting.getState().chat.map((each) => each.text);

  it('was said: it is found on the return and not said again', async () => {
    await joinWith(session, {});
    server.silent.add('chat:send');
    const sent = session.sendChat('hello', null);
    server.obey('chat:send');
    await settled();
    server.obey('chat:send');
    server.drop('transport close');
    server.connect();
    await sent;
    expect(words()).toEqual(['hello']);
    expect(server.requests('chat:send')).toHaveLength(1);
  });

  it('was not said: it is sent again by itself, as the same message', async () => {
    await joinWith(session, {});
    server.silent.add('chat:send');
    const sent = session.sendChat('hello', null);
    await settled();
    server.drop('transport close');
    server.silent.clear();
    server.connect();
    await sent;
    expect(words()).toEqual(['hello']);
    const ids = server.requests('chat:send').map((each) => each['id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('sent again by hand is the same message; other words are another', async () => {
    await joinWith(session, {});
    server.next.set('chat:send', { error: { code: 'unavailable', message: 'disk' } });
    await expect(session.sendChat('hello', null)).rejects.toMatchObject({ code: 'unavailable' });
    await session.sendChat('hello', null);
    await session.sendChat('hello', null);
    const [first, second, third] = server.requests('chat:send').map((each) => each['id']);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('fails at once when there was no connection to send it by', async () => {
    await joinWith(session, {});
    server.drop('transport close');
    await expect(session.sendChat('hello', null)).rejects.toMatchObject({ code: 'offline' });
  });
});

describe('a request whose answer was lost', () => {
  it('a join sent again names the same attempt; the next one another', async () => {
    server.silent.add('join');
    useMeeting.setState({ wanted: { microphone: false, camera: false, hand: false } });
    const first = session.join('Ada');
    await settled();
    server.silent.clear();
    server.drop('transport close');
    await first;
    expect(useMeeting.getState().phase).toBe('joined');
    await session.leave();
    await session.join('Ada');
    const [one, again, other] = server.requests('join').map((each) => each['attempt']);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });
});

describe('a page that goes away', () => {
  it('says so by a beacon while in the meeting, and not after Leave', async () => {
    const sendBeacon = vi.fn();
    Object.assign(navigator, { sendBeacon });
    await joinWith(session, {});
    window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }));
    expect(sendBeacon).toHaveBeenCalledTimes(1);
    expect(sendBeacon).toHaveBeenCalledWith('/api/rooms/abc-defg-hij/leave', expect.stringContaining('"socketId":"socket'));
    await session.leave();
    window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }));
    expect(sendBeacon).toHaveBeenCalledTimes(1);
  });

  it('before its join is answered names the join', async () => {
    const sendBeacon = vi.fn();
    Object.assign(navigator, { sendBeacon });
    window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }));
    expect(sendBeacon).not.toHaveBeenCalled();
    server.silent.add('join');
    const joining = joinWith(session, {});
    await vi.waitFor(() => expect(server.requests('join')).toHaveLength(1));
    window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }));
    const { attempt } = server.requests('join')[0] ?? {};
    expect(sendBeacon).toHaveBeenCalledWith('/api/rooms/abc-defg-hij/leave', JSON.stringify({ attempt, socketId: 'socket1' }));
    server.speak();
    await joining;
  });

  it('and is shown again from the history is loaded anew, and held no device meanwhile', async () => {
    const reload = vi.fn();
    vi.stubGlobal('location', { search: '', reload });
    Object.assign(navigator, { sendBeacon: vi.fn() });
    await joinWith(session, { microphone: true });
    const { microphone } = useLocal.getState();
    window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }));
    expect(microphone?.readyState).toBe('ended');
    expect(server.connected).toBe(false);
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    expect(reload).toHaveBeenCalledTimes(1);
  });
});
