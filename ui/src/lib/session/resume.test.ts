import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '@/testing/storage';
import { clearResume, loadHostKey, loadResume, saveHostKey, saveResume } from './resume';

const record = { token: 'r1', name: 'Ada', microphone: true, camera: false, socketId: 's1' };

beforeEach(() => {
  vi.stubGlobal('sessionStorage', memoryStorage());
  vi.stubGlobal('localStorage', memoryStorage());
});
afterEach(() => vi.unstubAllGlobals());

describe('the host of a room', () => {
  it('is still the host after the tab was closed', () => {
    saveHostKey('abc-defg-hij', 'h1');
    vi.stubGlobal('sessionStorage', memoryStorage());
    expect(loadHostKey('ABC-DEFG-HIJ')).toBe('h1');
    expect(loadHostKey('other-room')).toBeUndefined();
  });

  it('is forgotten for the oldest room first, after a hundred of them', () => {
    for (let i = 0; i < 101; ++i) saveHostKey(`room-${i}`, `h${i}`);
    expect(loadHostKey('room-0')).toBeUndefined();
    expect(loadHostKey('room-1')).toBe('h1');
    expect(loadHostKey('room-100')).toBe('h100');
  });

  it('is nobody where storage holds something else', () => {
    localStorage.setItem('confab:host-keys', '{"room":1}');
    expect(loadHostKey('room')).toBeUndefined();
    saveHostKey('room', 'h');
    expect(loadHostKey('room')).toBe('h');
  });
});

describe('a browser that refuses storage', () => {
  const refuse = () => {
    throw new DOMException('blocked', 'SecurityError');
  };

  it('by its getter leaves everything as if nothing were stored', () => {
    vi.unstubAllGlobals();
    for (const name of ['sessionStorage', 'localStorage']) {
      Object.defineProperty(globalThis, name, { configurable: true, get: refuse });
    }
    saveResume('room', record);
    expect(loadResume('room')).toBeNull();
    clearResume('room');
    saveHostKey('room', 'h');
    expect(loadHostKey('room')).toBeUndefined();
    for (const name of ['sessionStorage', 'localStorage']) Reflect.deleteProperty(globalThis, name);
  });

  it('by its methods does the same', () => {
    const broken = { getItem: refuse, setItem: refuse, removeItem: refuse };
    vi.stubGlobal('sessionStorage', broken);
    vi.stubGlobal('localStorage', broken);
    saveResume('room', record);
    expect(loadResume('room')).toBeNull();
    clearResume('room');
    saveHostKey('room', 'h');
    expect(loadHostKey('room')).toBeUndefined();
  });
});
