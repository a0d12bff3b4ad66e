import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useLocal } from '@/lib/store/local';
import { isLive, leadOf, useMeeting } from '@/lib/store/meeting';
import { useNews } from '@/lib/store/news';
import { allRights, FakeServer, openRoom } from '@/testing/fake-server';
import { ben, joinWith, openSession, settled, stubBrowser, streamOf, track, type FakeDevices } from '@/testing/stage';
import { hostKeyInHash, loadKnock, loadResume, saveHostKey, saveResume } from './resume';
import type { MeetingSession } from './session';

const kRoom = 'abc-defg-hij';
const hana = { id: 'pt_hana', name: 'Hana' };

let server: FakeServer;
let session: MeetingSession;
let devices: FakeDevices;

beforeEach(() => {
  devices = stubBrowser();
  server = new FakeServer();
  server.others = [ben()];
  server.rights = structuredClone(allRights);
  session = openSession(server);
});

afterEach(() => {
  session.dispose();
  vi.unstubAllGlobals();
});

const meeting = () => useMeeting.getState();
const texts = () => useNews.getState().notices.map((each) => each.text.replace(/[\u2068\u2069]/g, ''));
const micOf = () => server.self.producers.find((each) => each.source === 'microphone');

/** As the server does it: the producer, and who did it. */
function muteByHost(): void {
  const producer = micOf();
  if (producer !== undefined) {
    producer.paused = true;
    server.emit('producer:paused', { participantId: 'pt_self', producerId: producer.id });
  }
  server.staysMuted = true;
  server.emit('moderation', { action: 'mute', source: 'microphone', by: hana });
}

describe('who was muted by a host', () => {
  it('is told by whom, and unmutes alone', async () => {
    await joinWith(session, { microphone: true });
    muteByHost();
    await settled();
    expect(meeting().wanted.microphone).toBe(false);
    expect(isLive(meeting().people['pt_self'], 'microphone')).toBe(false);
    expect(texts()).toEqual(['Hana muted you']);
    await session.publisher.setMicrophone(true);
    expect(micOf()?.paused).toBe(false);
  });

  it('stays muted over a reload', async () => {
    await joinWith(session, { microphone: true });
    muteByHost();
    await settled();
    expect(loadResume(kRoom)).toMatchObject({ microphone: false });
  });

  it('stays muted though the page did not hear of it, being loaded just then', async () => {
    server.staysMuted = true;
    await joinWith(session, { microphone: true });
    expect(micOf()?.paused).toBe(true);
    expect(meeting().wanted.microphone).toBe(false);
    expect(isLive(meeting().people['pt_self'], 'microphone')).toBe(false);
    expect(texts().join()).toMatch(/muted you before/);
    expect(server.requests('producer:resume')).toEqual([]);
  });

  it('is heard again when they switch on a microphone that the reload left off', async () => {
    server.staysMuted = true;
    await joinWith(session, {});
    devices.getUserMedia = () => Promise.resolve(streamOf(track('audio')));
    await session.publisher.setMicrophone(true);
    await settled();
    expect(micOf()?.paused).toBe(false);
    expect(isLive(meeting().people['pt_self'], 'microphone')).toBe(true);
  });

  it('stays muted though the connection was lost just then', async () => {
    await joinWith(session, { microphone: true });
    server.drop('transport close');
    const producer = micOf();
    if (producer !== undefined) producer.paused = true;
    server.connect();
    await settled();
    expect(meeting().wanted.microphone).toBe(false);
    expect(server.requests('producer:resume')).toEqual([]);
  });
});

describe('being asked to unmute', () => {
  it('is a question, and unmutes nobody', async () => {
    await joinWith(session, { microphone: true });
    await session.publisher.setMicrophone(false);
    server.emit('unmute:asked', { source: 'microphone', by: hana });
    await settled();
    expect(meeting().unmuteAsked).toEqual({ source: 'microphone', by: hana });
    expect(micOf()?.paused).toBe(true);
  });

  it('is no question to who speaks already', async () => {
    await joinWith(session, { microphone: true });
    server.emit('unmute:asked', { source: 'microphone', by: hana });
    expect(meeting().unmuteAsked).toBeNull();
  });
});

describe('what may not be sent', () => {
  it('is not: a viewer opens no device, and is told why', async () => {
    server.self.role = 'viewer';
    server.rights.permits = { sources: [], subscribe: true, chat: false, unmute: true };
    await joinWith(session, { microphone: true, camera: true });
    expect(server.requests('produce')).toEqual([]);
    expect([useLocal.getState().camera, useLocal.getState().microphone]).toEqual([null, null]);
    await session.publisher.setMicrophone(true);
    await session.setHand(true);
    expect(texts()).toEqual([expect.stringMatching(/watch and listen/), expect.stringMatching(/watch and listen/)]);
    expect(server.requests('hand:set')).toEqual([]);
  });

  it('ends when the right to it is taken, and the person hears what they are now', async () => {
    await joinWith(session, { microphone: true, camera: true });
    for (const each of server.self.producers.splice(0)) server.emit('producer:closed', { participantId: 'pt_self', producerId: each.id });
    server.emit('self:updated', { self: { ...server.self, role: 'viewer', producers: [] }, permits: { sources: [], subscribe: true, chat: false, unmute: true } });
    await settled();
    expect(meeting().wanted).toMatchObject({ microphone: false, camera: false });
    expect([useLocal.getState().camera, useLocal.getState().microphone]).toEqual([null, null]);
    expect(texts().join()).toMatch(/watch and listen now/);
  });

  it('is a microphone where members stay muted until they are asked', async () => {
    server.rights.permits = { ...allRights.permits, unmute: false };
    server.staysMuted = true;
    await joinWith(session, { microphone: true });
    expect(meeting().wanted.microphone).toBe(false);
    await session.publisher.setMicrophone(true);
    expect(server.requests('producer:resume')).toEqual([]);
    expect(texts().at(-1)).toMatch(/until a host asks you/);
  });

  it('is a screen where only hosts share', async () => {
    server.rights.permits = { ...allRights.permits, sources: ['camera', 'microphone'] };
    await joinWith(session, {});
    devices.getDisplayMedia = () => Promise.resolve(streamOf(track('video')));
    await session.publisher.startScreen();
    expect(meeting().screen).toBeNull();
    expect(texts().join()).toMatch(/Only hosts share/);
  });
});

describe('what a host stopped', () => {
  it('lets the camera go, and may be begun again', async () => {
    await joinWith(session, { camera: true });
    const camera = useLocal.getState().camera;
    const [producer] = server.self.producers.splice(0);
    server.emit('moderation', { action: 'stop', source: 'camera', by: null });
    server.emit('producer:closed', { participantId: 'pt_self', producerId: producer?.id });
    await settled();
    expect([camera?.readyState, meeting().wanted.camera]).toEqual(['ended', false]);
    expect(texts()).toEqual(['A host stopped your camera']);
    devices.getUserMedia = () => Promise.resolve(streamOf(track('video')));
    await session.publisher.setCamera(true);
    await settled();
    expect(server.self.producers.map((each) => each.source)).toEqual(['camera']);
  });
});

describe('a room with a lobby', () => {
  beforeEach(() => {
    server.place = { waiting: { id: 'wt_1', name: 'Ada', since: 1 }, knock: 'k1', room: kRoom, title: 'Board', message: null };
  });

  it('keeps one outside with a place that a reload takes up again, and lets in who is admitted', async () => {
    await joinWith(session, { microphone: true });
    expect(meeting()).toMatchObject({ phase: 'lobby', door: { title: 'Board' } });
    expect(server.requests('produce')).toEqual([]);
    expect(loadKnock(kRoom)).toEqual({ knock: 'k1', name: 'Ada' });
    server.emit('lobby:message', { text: 'five minutes', from: hana, sentAt: 1 });
    expect(meeting().door.message?.text).toBe('five minutes');

    server.place = null;
    server.emit('lobby:admitted', {});
    await settled();
    expect(server.requests('join').at(-1)).toMatchObject({ knock: 'k1' });
    expect(meeting().phase).toBe('joined');
    expect(loadKnock(kRoom)).toBeNull();
    expect(server.self.producers.map((each) => each.source)).toEqual(['microphone']);
  });

  it('lets in who is admitted in the same breath as told to wait', async () => {
    server.silent.add('join');
    const joining = joinWith(session, {});
    await vi.waitFor(() => expect(server.requests('join')).toHaveLength(1));
    server.speak();
    server.place = null;
    server.emit('lobby:admitted', {});
    await joining;
    await settled();
    expect(meeting().phase).toBe('joined');
  });

  it('keeps the place over a lost connection', async () => {
    await joinWith(session, {});
    server.drop('transport close');
    expect(meeting().offlineSince).not.toBeNull();
    server.connect();
    await settled();
    expect(server.requests('join').at(-1)).toMatchObject({ knock: 'k1' });
    expect(meeting()).toMatchObject({ phase: 'lobby', offlineSince: null });
  });

  it('says so to who is not let in, and lets the devices go', async () => {
    await joinWith(session, { camera: true });
    server.emit('lobby:denied', {});
    await settled();
    expect(meeting().phase).toBe('denied');
    expect([useLocal.getState().camera, loadKnock(kRoom), server.connected]).toEqual([null, null, false]);
  });
});

describe('a room with a password', () => {
  it('asks for it, again after a wrong one, and does not keep it', async () => {
    server.next.set('join', { error: { code: 'unauthenticated', message: 'this room has a password' } });
    await joinWith(session, {});
    expect(meeting()).toMatchObject({ phase: 'password', phaseReason: '' });
    server.next.set('join', { error: { code: 'unauthenticated', message: 'this is not the password' } });
    await session.join('Ada', 'wrong');
    expect(meeting()).toMatchObject({ phase: 'password', phaseReason: expect.stringMatching(/not the password/) });
    await session.join('Ada', 'sesame');
    expect(server.requests('join').map((each) => each['password'])).toEqual([undefined, 'wrong', 'sesame']);
    expect(meeting().phase).toBe('joined');
  });
});

describe('who was removed', () => {
  it('is told by whom, and does not come back by themselves', async () => {
    await joinWith(session, { camera: true });
    server.emit('removed', { banned: false, by: hana });
    server.drop('io server disconnect');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(meeting()).toMatchObject({ phase: 'removed', phaseReason: expect.stringMatching(/Hana/) });
    expect([loadResume(kRoom), server.connected, server.requests('join').length]).toEqual([null, false, 1]);
  });

  it('because they signed out elsewhere is not told that they cannot come back', async () => {
    await joinWith(session, {});
    server.emit('removed', { banned: false, by: null });
    expect(meeting()).toMatchObject({ phase: 'removed', phaseReason: expect.stringMatching(/^You were signed out, or .* Sign in/) });
    expect(meeting().phaseReason).not.toMatch(/cannot/);
  });

  it('while they were away is told so on the return', async () => {
    await joinWith(session, {});
    server.drop('transport close');
    server.next.set('join', { error: { code: 'forbidden', message: 'you were removed from this room' } });
    server.connect();
    await settled();
    expect(meeting()).toMatchObject({ phase: 'removed', phaseReason: 'You were removed from this room.' });
  });
});

describe('hosts', () => {
  it('are those whom the server calls so and tells of rights: nobody else is shown their tools', async () => {
    server.self.role = 'host';
    server.rights = {};
    await joinWith(session, {});
    expect(leadOf(meeting())).toBe('none');
    server.emit('self:updated', { self: { ...server.self }, permits: allRights.permits, lobby: [] });
    server.emit('room:updated', { settings: openRoom, by: null });
    expect(leadOf(meeting())).toBe('host');
  });

  it('see who waits, with what to do about it, until the last one is in', async () => {
    server.self.role = 'cohost';
    server.rights.lobby = [];
    await joinWith(session, {});
    server.emit('lobby:knocked', { waiting: { id: 'wt_1', name: 'Eve', since: 1 } });
    expect(texts()).toEqual(['Eve is waiting to be let in']);
    server.emit('lobby:knocked', { waiting: { id: 'wt_2', name: 'Fay', since: 2 } });
    expect(texts()).toEqual(['Eve and Fay are waiting to be let in']);
    server.emit('lobby:left', { waitingId: 'wt_1', reason: 'admitted' });
    useNews.getState().notices[0]?.action?.run();
    await settled();
    expect(server.requests('lobby:admit')).toEqual([{ waitingId: 'wt_2' }]);
    server.emit('lobby:left', { waitingId: 'wt_2', reason: 'admitted' });
    expect([texts(), meeting().lobby]).toEqual([[], []]);
  });

  it('hear in plain words what the server refused', async () => {
    await joinWith(session, {});
    server.next.set('participant:remove', { error: { code: 'forbidden', message: 'the room is theirs' } });
    expect(await session.hosting.remove({ id: 'pt_ben', name: 'Ben' })).toBe(false);
    expect(texts()).toEqual(['The room is theirs.']);
  });

  it('are so on every device that has opened their link, after a reload too', async () => {
    expect(hostKeyInHash('#host=h1.abc-DEF_123')).toBe('h1.abc-DEF_123');
    expect(hostKeyInHash('#host=')).toBeNull();
    expect(hostKeyInHash('#host=<script>')).toBeNull();
    saveHostKey(kRoom, 'h1.abc-DEF_123');
    saveResume(kRoom, { token: 'r0', name: 'Ada', microphone: false, camera: false, socketId: undefined });
    await joinWith(session, {});
    expect(server.requests('join')[0]).toMatchObject({ hostKey: 'h1.abc-DEF_123', resumeToken: 'r0', device: expect.stringMatching(/^[\w-]{22,64}$/) });
  });
});

describe('what a host deletes in the chat', () => {
  const line = (id: string, from: { id: string; name: string }) => ({ id, from, to: null, text: 'words', sentAt: 1 });
  const deleted = () => meeting().chat.filter((each) => each.deleted).map((each) => each.id);

  it('is gone for everyone, and its writer is told', async () => {
    server.chat.push(line('m1', { id: 'pt_self', name: 'Ada' }), line('m2', { id: 'pt_ben', name: 'Ben' }));
    await joinWith(session, {});
    server.emit('chat:deleted', { messageId: 'm2' });
    expect(useNews.getState().announcement.text).toBe('A host deleted a message from Ben');
    expect(texts()).toEqual([]);
    server.emit('chat:deleted', { messageId: 'm1' });
    expect(texts()).toEqual(['A host deleted a message of yours']);
    expect(deleted()).toEqual(['m1', 'm2']);
    server.emit('chat:deleted', { messageId: 'm9' });
    expect(texts()).toHaveLength(1);
  });

  it('goes when the server has deleted it, and stays when it has not', async () => {
    server.chat.push(line('m1', { id: 'pt_ben', name: 'Ben' }));
    await joinWith(session, {});
    server.next.set('chat:delete', { error: { code: 'unavailable', message: 'the database is away' } });
    expect(await session.hosting.deleteMessage('m1')).toBe(false);
    expect(deleted()).toEqual([]);
    expect(texts()).toHaveLength(1);
    expect(await session.hosting.deleteMessage('m1')).toBe(true);
    expect(server.requests('chat:delete').at(-1)).toEqual({ messageId: 'm1' });
    expect(deleted()).toEqual(['m1']);
  });
});
