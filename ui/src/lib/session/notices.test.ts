import { beforeEach, describe, expect, it } from 'vitest';
import { kNoNews, useNews } from '@/lib/store/news';
import { dismissNotice, listNames, notify, notifyAbout, shownNotice } from './notices';

const notices = () => useNews.getState().notices;
const texts = () => notices().map((each) => each.text.replace(/[\u2068\u2069]/g, ''));

beforeEach(() => useNews.setState(kNoNews));

describe('messages beside the faces', () => {
  it('say once that many joined', () => {
    for (const name of ['Ada', 'Ben', 'Cyd', 'Dan']) notifyAbout(name, 'joined');
    notifyAbout('Eve', 'left');
    expect(texts()).toEqual(['Ada, Ben and 2 others joined', 'Eve left']);
  });

  it('keep names that are written from right to left apart from their words', () => {
    notifyAbout('\u05d0\u05d3\u05d4', 'joined');
    expect(notices().map((each) => each.text)).toEqual(['\u2068\u05d0\u05d3\u05d4\u2069 joined']);
  });

  it('begin anew once the message has gone', () => {
    notifyAbout('Ada', 'joined');
    dismissNotice(notices()[0]?.id ?? 0);
    notifyAbout('Ben', 'joined');
    expect(texts()).toEqual(['Ben joined']);
  });

  it('show what is urgent first, and the rest after it', () => {
    notify('Invitation link copied');
    notify('The camera could not be opened.', 'error');
    expect(shownNotice(notices())?.tone).toBe('error');
    dismissNotice(shownNotice(notices())?.id ?? 0);
    expect(shownNotice(notices())?.text).toBe('Invitation link copied');
  });

  it('never push an error out', () => {
    notify('first', 'error');
    for (let i = 0; i < 20; i++) notify(`news ${i}`);
    expect(notices().length).toBeLessThanOrEqual(6);
    expect(notices().some((each) => each.text === 'first')).toBe(true);
  });

  it('name people as one would say it', () => {
    expect(listNames(['Ada'])).toBe('Ada');
    expect(listNames(['Ada', 'Ben'])).toBe('Ada and Ben');
    expect(listNames(['Ada', 'Ben', 'Cyd'])).toBe('Ada, Ben and one other');
  });
});
