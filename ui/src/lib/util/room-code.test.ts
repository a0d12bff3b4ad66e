import { describe, expect, it } from 'vitest';
import { isRoomCode, parseRoomInput, roomCodeFromPath } from './room-code';

describe('room codes', () => {
  it('finds the code in a link, a path and by itself', () => {
    expect(parseRoomInput('https://meet.example.org/room/abc-defg-hij?codec=vp8#x')).toBe('abc-defg-hij');
    expect(parseRoomInput('/room/abc-defg-hij')).toBe('abc-defg-hij');
    expect(parseRoomInput('meet.example.org/room/abc-defg-hij/')).toBe('abc-defg-hij');
    expect(parseRoomInput('  abc-defg-hij ')).toBe('abc-defg-hij');
  });

  it('reads spaces typed for dashes, as people dictate codes', () => {
    expect(parseRoomInput('abc defg hij')).toBe('abc-defg-hij');
    expect(parseRoomInput('abc – defg\u2011hij')).toBe('abc-defg-hij');
  });

  it('reads a code without dashes, in capitals, or with the dashes a word processor makes', () => {
    expect(parseRoomInput('ABCDEFGHIJ')).toBe('abc-defg-hij');
    expect(parseRoomInput('abc–defg—hij')).toBe('abc-defg-hij');
    expect(parseRoomInput('abc\u2011defg\u2212hij')).toBe('abc-defg-hij');
  });

  it('refuses hello on the start page instead of opening a meeting that is not there', () => {
    expect(parseRoomInput('hello')).toBeNull();
    expect(parseRoomInput('https://meet.example.org/room/hello')).toBeNull();
    expect(parseRoomInput('abc-defg-hi')).toBeNull();
    expect(parseRoomInput('abc-defg-hijk')).toBeNull();
    expect(parseRoomInput('abc-d3fg-hij')).toBeNull();
  });

  it('refuses what cannot be a code', () => {
    expect(parseRoomInput('')).toBeNull();
    expect(parseRoomInput('https://example.org/')).toBeNull();
    expect(parseRoomInput('a/../b')).toBeNull();
    expect(parseRoomInput('x'.repeat(65))).toBeNull();
    expect(isRoomCode('é')).toBe(false);
  });

  it('reads the room from the address and nothing else', () => {
    expect(roomCodeFromPath('/room/abc-defg-hij')).toBe('abc-defg-hij');
    expect(roomCodeFromPath('/room/abc-defg-hij/')).toBe('abc-defg-hij');
    expect(roomCodeFromPath('/room')).toBeNull();
    expect(roomCodeFromPath('/room/a/b')).toBeNull();
    expect(roomCodeFromPath('/')).toBeNull();
  });
});
