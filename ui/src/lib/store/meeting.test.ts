import { describe, expect, it } from 'vitest';
import type { ChatMessage, JoinResult, MeetingState, Participant } from '@/lib/protocol/types';
import { addEarlier, addMessage, deleteMessage, mergeChat } from './chat';
import { addPerson, applyJoin, applyState, dropProducer, handsInOrder, inOrder, isLive, kInitialMeeting, putProducer, removePerson, setProducerPaused, type MeetingStore } from './meeting';

function person(id: string, joinedAt = 0, extra: Partial<Participant> = {}): Participant {
  return { id, name: id, role: 'member', joinedAt, hand: null, connection: 'connected', producers: [], ...extra };
}

function message(id: string, sentAt: number, from = 'b'): ChatMessage {
  return { id, sentAt, from: { id: from, name: from }, to: null, text: id };
}

function joined(result: Partial<JoinResult> = {}): JoinResult {
  return {
    self: person('me'), participants: [], chat: [], chatEarlier: false, speakers: [], serverTime: 0, participantId: 'me', resumeToken: 't',
    meetingId: 'm', resumed: false, mediaKept: false, routerRtpCapabilities: {}, iceServers: [], build: 'b',
    limits: { participants: 1, producersPerParticipant: 1, nameChars: 40, chatChars: 100, chatHistory: 1, reconnectGraceMs: 1 },
    ...result,
  };
}

const inside: MeetingStore = { ...kInitialMeeting, ...applyJoin(kInitialMeeting, joined({ participants: [person('b', 5)] })) };

describe('joining', () => {
  it('takes the whole state of the meeting', () => {
    expect(inside).toMatchObject({ phase: 'joined', selfId: 'me', chatLimit: 100, nameLimit: 40 });
    expect(Object.keys(inside.people)).toEqual(['b', 'me']);
  });

  it('counts messages missed while away as unread, but not the history before the first join', () => {
    const first = applyJoin(kInitialMeeting, joined({ chat: [message('1', 1)] }));
    expect(first.unread).toBe(0);
    const again = applyJoin({ ...kInitialMeeting, ...first }, joined({ chat: [message('1', 1), message('2', 2)] }));
    expect(again.unread).toBe(1);
    expect(again.chat?.map((each) => each.id)).toEqual(['1', '2']);
  });

  it('forgets who has gone meanwhile, and stops writing to them', () => {
    const change = applyJoin({ ...inside, chatTo: 'b' }, joined());
    expect(change.people).not.toHaveProperty('b');
    expect(change.chatTo).toBeNull();
  });
});

describe('people', () => {
  it('stand in a stable order, oneself first', () => {
    const state = { ...inside, ...addPerson(inside, person('a', 9)) };
    expect(inOrder(state).map((each) => each.id)).toEqual(['me', 'b', 'a']);
  });

  it('leave no pin, no recipient and no speaker behind', () => {
    const state: MeetingStore = { ...inside, chatTo: 'b', focus: { kind: 'pinned', tile: 'b:camera' }, speaking: { b: -30 } };
    expect(removePerson(state, 'b')).toMatchObject({ chatTo: null, focus: { kind: 'auto' }, speaking: {} });
  });

  it('raise hands in the order they were raised', () => {
    const people = { a: person('a', 0, { hand: 20 }), b: person('b', 0, { hand: 10 }), c: person('c') };
    expect(handsInOrder(people).map((each) => each.id)).toEqual(['b', 'a']);
  });
});

describe('producers', () => {
  it('are live when they are there and not paused', () => {
    let state: MeetingStore = { ...inside, ...putProducer(inside, 'b', { id: 'p', kind: 'audio', source: 'microphone', paused: true }) };
    expect(isLive(state.people['b'], 'microphone')).toBe(false);
    state = { ...state, ...setProducerPaused(state, 'b', 'p', false) };
    expect(isLive(state.people['b'], 'microphone')).toBe(true);
    state = { ...state, ...dropProducer(state, 'b', 'p') };
    expect(isLive(state.people['b'], 'microphone')).toBe(false);
  });

  it('of someone unknown change nothing', () => {
    expect(putProducer(inside, 'nobody', { id: 'p', kind: 'audio', source: 'microphone', paused: false })).toEqual({});
  });
});

describe('chat', () => {
  it('keeps each message once, by time', () => {
    expect(mergeChat([message('2', 2)], [message('1', 1), message('2', 2)]).map((each) => each.id)).toEqual(['1', '2']);
  });

  it('reads back page by page, and starts anew where too much was missed', () => {
    const first = { ...inside, ...applyJoin(kInitialMeeting, joined({ chat: [message('5', 5), message('6', 6)], chatEarlier: true })) };
    expect(first).toMatchObject({ chatEarlier: true });
    const read = { ...first, ...addEarlier(first, { chat: [message('3', 3), message('4', 4)], chatEarlier: false }) };
    expect(read.chat.map((each) => each.id)).toEqual(['3', '4', '5', '6']);
    const again = applyJoin(read, joined({ chat: [message('6', 6), message('7', 7)], chatEarlier: true }));
    expect(again.chat?.map((each) => each.id)).toEqual(['3', '4', '5', '6', '7']);
    expect(again.chatEarlier).toBe(false);
    const missed = applyJoin(read, joined({ chat: [message('98', 98), message('99', 99)], chatEarlier: true }));
    expect(missed.chat?.map((each) => each.id)).toEqual(['98', '99']);
    expect(missed.chatEarlier).toBe(true);
  });

  it('counts as unread what others wrote while the chat is closed', () => {
    expect(addMessage(inside, message('1', 1)).unread).toBe(1);
    expect(addMessage({ ...inside, panel: 'chat' }, message('1', 1)).unread).toBe(0);
    expect(addMessage(inside, message('1', 1, 'me')).unread).toBe(0);
    expect(addMessage({ ...inside, chat: [message('1', 1)] }, message('1', 1)).unread).toBe(0);
  });

  it('leaves the place of what a host has deleted, and nothing of the words', () => {
    const state = { ...inside, chat: [message('1', 1), message('2', 2)] };
    const { chat = [] } = deleteMessage(state, '1');
    expect(chat.map(({ id, deleted = false }) => [id, deleted])).toEqual([['1', true], ['2', false]]);
    expect(chat[0]?.text).toBe('');
    expect(deleteMessage(state, '9').chat).toEqual(state.chat);
  });

  it('shows on the return no more what was deleted meanwhile, and all else', () => {
    const secret = { ...message('4', 4), to: { id: 'me', name: 'Me' } };
    const chat = [message('1', 1), message('2', 2), message('3', 3), secret];
    const back = (more: Partial<MeetingState>, chatHistory = 200) => applyState({ ...inside, chat, chatHistory }, joined(more)).chat;
    const ids = (more: Partial<MeetingState>, chatHistory?: number) => back(more, chatHistory)?.map((each) => each.id);
    const page = [message('2', 2), message('5', 5)];
    expect(ids({ chat: page, chatEarlier: true })).toEqual(['1', '2', '4', '5']);
    // All that the server has; before it may be more that it does not keep.
    expect(ids({ chat: page })).toEqual(['2', '4', '5']);
    expect(ids({ chat: [] })).toEqual(['4']);
    expect(ids({ chat: page }, 2)).toEqual(['1', '2', '4', '5']);
    expect(ids({ chat: [] }, 0)).toEqual(['1', '2', '3', '4']);
    // On pages before the last one, what the server names.
    const named = back({ chat: page, chatEarlier: true, chatDeleted: ['1', '9'] });
    expect(named?.map(({ id, text }) => [id, text])).toEqual([['1', ''], ['2', '2'], ['4', '4'], ['5', '5']]);
  });

  it('keeps what came while the state was asked for, and the places of what was seen to be deleted', () => {
    const gone = { ...inside, chatHistory: 200, ...deleteMessage({ ...inside, chat: [message('1', 1), message('2', 2)] }, '1') };
    const now = { ...gone, ...addMessage(gone, message('3', 3)) };
    expect(applyState(now, joined({ chat: [] }), gone.chat).chat?.map((each) => each.id)).toEqual(['1', '3']);
  });
});
