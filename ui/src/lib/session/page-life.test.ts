import { runInThisContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '@/testing/storage';
import { kReturnScript, sayPageCloses } from './page-life';
import { saveResume } from './resume';

const record = { token: 'r1', name: 'Ada', microphone: true, camera: true, socketId: 's1' };

afterEach(() => vi.unstubAllGlobals());

describe('a page that goes', () => {
  it('names the connection it had, so that its word ends no later one', () => {
    const sendBeacon = vi.fn();
    vi.stubGlobal('navigator', { sendBeacon });
    sayPageCloses('abc-defg-hij', record);
    expect(sendBeacon).toHaveBeenCalledWith('/api/rooms/abc-defg-hij/leave', '{"resumeToken":"r1","socketId":"s1"}');
    sayPageCloses('abc-defg-hij', { token: 'r1', socketId: undefined });
    expect(sendBeacon).toHaveBeenCalledTimes(1);
  });
});

describe('the first script of a page', () => {
  const run = (pathname: string) => {
    const sendBeacon = vi.fn();
    vi.stubGlobal('navigator', { sendBeacon });
    vi.stubGlobal('location', { pathname });
    runInThisContext(kReturnScript);
    return sendBeacon;
  };

  it('says that it is back after a reload', () => {
    vi.stubGlobal('sessionStorage', memoryStorage());
    saveResume('ABC-defg-hij', record);
    expect(run('/room/ABC-defg-hij')).toHaveBeenCalledWith('/api/rooms/ABC-defg-hij/return', '{"resumeToken":"r1","socketId":"s1"}');
  });

  it('is silent on a first visit, in another room, and where storage is refused', () => {
    vi.stubGlobal('sessionStorage', memoryStorage());
    expect(run('/room/abc-defg-hij')).not.toHaveBeenCalled();
    saveResume('abc-defg-hij', record);
    expect(run('/room/xyz-defg-hij')).not.toHaveBeenCalled();
    expect(run('/')).not.toHaveBeenCalled();
    vi.stubGlobal('sessionStorage', undefined);
    expect(run('/room/abc-defg-hij')).not.toHaveBeenCalled();
  });
});
