import { describe, expect, it } from 'vitest';
import { judgeClock, judgePaths, judgeTurn, summaryOf, turnTitle } from './finding';

describe('the clock', () => {
  it('is right within seconds and what the way takes, and else named by how far it is off', () => {
    expect(judgeClock(10_000, 9_000, 11_000).verdict).toBe('ok');
    expect(judgeClock(16_500, 9_000, 15_000).verdict).toBe('ok');
    expect(judgeClock(70_000, 9_000, 11_000)).toMatchObject({ verdict: 'warning', what: 'This device is 60 s behind the server.' });
    expect(judgeClock(0, 9_000, 11_000).what).toMatch(/10 s ahead/);
  });
});

describe('the paths of media', () => {
  const there = { reached: true, ms: 41.6 } as const, away = { reached: false } as const;
  const verdicts = (...args: Parameters<typeof judgePaths>) => judgePaths(...args).map((each) => each.verdict);

  it('are wrong where none is left, and doubtful where one is', () => {
    expect(verdicts(there, there)).toEqual(['ok', 'ok']);
    expect(verdicts(away, there)).toEqual(['warning', 'ok']);
    expect(verdicts(there, away)).toEqual(['ok', 'warning']);
    expect(verdicts(away, away)).toEqual(['wrong', 'wrong']);
    expect(verdicts(there, undefined)).toEqual(['ok', 'skipped']);
  });

  it('say what to do wherever something is amiss', () => {
    for (const each of [...judgePaths(away, there), ...judgePaths(there, away), ...judgePaths(away, undefined)]) {
      expect(each.verdict === 'ok' || each.verdict === 'skipped').toBe(each.remedy === undefined);
    }
  });
});

describe('TURN', () => {
  it('is named by how it is reached', () => {
    expect(['turn:a:3478', 'turn:a:3478?transport=udp', 'turn:a:443?transport=tcp', 'turns:a:443?transport=tcp'].map(turnTitle))
      .toEqual(['TURN by UDP', 'TURN by UDP', 'TURN by TCP', 'TURN by TLS']);
    expect(judgeTurn('turns:a:443?transport=tcp', false)).toMatchObject({ id: 'turn-tls', verdict: 'warning', remedy: expect.stringMatching(/certificate/) });
  });
});

describe('all together', () => {
  it('is one sentence', () => {
    const of = (...verdicts: ('ok' | 'warning' | 'wrong' | 'skipped')[]) => summaryOf(verdicts.map((verdict) => ({ id: 'udp', title: '', verdict, what: '' })));
    expect(of('ok', 'skipped')).toMatch(/All is well/);
    expect(of('ok', 'warning')).toMatch(/1 thing could be better/);
    expect(of('wrong', 'wrong', 'warning')).toMatch(/2 things are wrong/);
  });

  it('promises nothing where no media was tried', () => {
    const words = summaryOf([{ id: 'websocket', title: '', verdict: 'ok', what: '' }, { id: 'room', title: '', verdict: 'skipped', what: '' }]);
    expect(words).toMatch(/not known/);
  });
});
