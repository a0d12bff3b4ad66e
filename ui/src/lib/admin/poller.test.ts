import { expect, test, vi } from 'vitest';
import { ProtocolError } from '@/lib/protocol/errors';
import { Poller } from './poller';

function world() {
  const due: (() => void)[] = [];
  const state = { hidden: false, now: 0 };
  return {
    state,
    around: { now: () => state.now, hidden: () => state.hidden, later: (what: () => void) => due.push(what), never: () => due.splice(0) },
    pass: async () => {
      state.now += 3000;
      for (const each of due.splice(0)) each();
      await vi.waitFor(() => expect(due.length).toBe(1));
    },
    settle: () => vi.waitFor(() => expect(due.length).toBe(1)),
  };
}

test('asks again after each answer, and not while nobody looks', async () => {
  const { state, around, pass, settle } = world();
  let asked = 0;
  const poller = new Poller(() => Promise.resolve(++asked), 3000, undefined, around);
  poller.start();
  await settle();
  await pass();
  expect(poller.snapshot()).toEqual({ value: 2, at: 3000, problem: '' });
  state.hidden = true;
  await pass();
  expect(asked).toBe(2);
  state.hidden = false;
  poller.hurry();
  await settle();
  expect(asked).toBe(3);
});

test('keeps what was told last when the server is away, and says why it is old', async () => {
  const { around, pass, settle } = world();
  let away = false;
  const poller = new Poller(() => (away ? Promise.reject(new ProtocolError('offline', 'The server cannot be reached.')) : Promise.resolve('good')), 3000, undefined, around);
  poller.start();
  await settle();
  away = true;
  await pass();
  expect(poller.snapshot().value).toBe('good');
  expect(poller.snapshot().at).toBe(0);
  expect(poller.snapshot().problem).not.toBe('');
  away = false;
  await pass();
  expect(poller.snapshot().problem).toBe('');
});

test('says when the key is not taken any more', async () => {
  const { around, settle } = world();
  const refused = vi.fn();
  const poller = new Poller(() => Promise.reject(new ProtocolError('unauthenticated', 'no')), 3000, refused, around);
  poller.start();
  await settle();
  expect(refused).toHaveBeenCalledOnce();
});
