import { describe, expect, it } from 'vitest';
import { PushToTalk } from './push-to-talk';

function fake(on: boolean) {
  const state = { on };
  return { state, talk: new PushToTalk({ isOn: () => state.on, set: (value) => (state.on = value) }) };
}

describe('push-to-talk', () => {
  it('opens a muted microphone while the key is held, and ends muted', () => {
    const { state, talk } = fake(false);
    expect(talk.begin()).toBe(true);
    expect(state.on).toBe(true);
    talk.end();
    expect(state.on).toBe(false);
  });

  it('leaves a microphone alone that was on before', () => {
    const { state, talk } = fake(true);
    expect(talk.begin()).toBe(false);
    talk.end();
    expect(state.on).toBe(true);
  });

  it('ends muted whatever was clicked while the key was held', () => {
    const { state, talk } = fake(false);
    talk.begin();
    state.on = false; // the Mic button
    state.on = true; // and again
    talk.begin(); // the key repeats
    talk.end();
    expect(state.on).toBe(false);
  });

  it('does nothing on a release without a press', () => {
    const { state, talk } = fake(true);
    talk.end();
    expect(state.on).toBe(true);
  });
});
