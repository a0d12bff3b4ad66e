// deploy/docker/Dockerfile without an engine: its syntax, what it copies, and whether the packages of
// its last stage are what the executable is linked with.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { validate } from 'dockerfile-utils';
import { binary, read, root, run } from './lib/deploy.mjs';

const text = read('docker/Dockerfile');
const stages = text.replace(/\\\n/g, ' ').split(/^(?=FROM )/m).slice(1);

test('it is a Dockerfile', () => {
  assert.deepEqual(validate(text), []);
});

test('what it copies is there', () => {
  for (const [, from] of text.matchAll(/^COPY (?!--from)(.*) \S+$/gm)) {
    for (const name of from.split(' ')) assert.ok(existsSync(path.join(root, name)), name);
  }
});

test('the image runs as nobody and has no compiler', () => {
  const last = stages.at(-1);
  assert.match(last, /^FROM debian:12-slim\n/);
  assert.deepEqual([...last.matchAll(/^USER (.*)$/gm)].map(([, user]) => user), ['nobody']);
  assert.doesNotMatch(last, /clang|gcc|build\.txt|-dev\b/);
});

test('its packages are what the executable is linked with', () => {
  const listed = readFileSync(path.join(root, 'tools/packages/runtime.txt'), 'utf8').split('\n')
    .filter((line) => line && !line.startsWith('#')).map((line) => line.split(' ')[0]);
  const names = [...run('readelf', ['-d', binary]).text.matchAll(/NEEDED.*\[(.*)\]/g)].map(([, name]) => name);
  const found = Object.fromEntries([...run('ldd', [binary]).text.matchAll(/^\s*(\S+) => (\S+)/gm)].map(([, name, file]) => [name, file]));
  const files = names.map((name) => found[name]);
  assert.ok(files.every(Boolean), names.filter((name) => !found[name]).join());
  // dpkg names files as their packages do: by the link or by what it points to, below / or /usr.
  const ways = (file) => [file, realpathSync(file)].flatMap((one) => [one, one.replace(/^\/usr/, ''), one.replace(/^\/(?!usr)/, '/usr/')]);
  const owners = Object.fromEntries([...run('dpkg', ['-S', ...new Set(files.flatMap(ways))]).stdout.matchAll(/^([^:\s]+).*: (\S+)$/gm)].map(([, owner, file]) => [file, owner]));
  const needed = files.map((file) => ways(file).map((way) => owners[way]).find(Boolean) ?? file);
  assert.deepEqual([...new Set(needed)].sort(), listed.sort());
});
