// The layout of deploy/terraform. Where there is terraform it is the judge; Debian and npm have none,
// so elsewhere the rules of its canonical layout are held that these files make use of.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { deploy, read, run } from './lib/deploy.mjs';

// Indented by two for each bracket that is open, nothing at the end of a line, and the equals signs of
// attributes in consecutive lines below each other. Takes no heredocs: there are none.
function faultsOf(name, text) {
  const faults = [];
  let depth = 0;
  let group = [];
  const closeGroup = () => {
    const column = Math.max(...group.map(({ key, indent }) => indent + key.length + 1));
    for (const { at, equals } of group) if (equals !== column) faults.push(`${name}:${at}: "=" in column ${equals}, not ${column}`);
    group = [];
  };
  if (!text.endsWith('\n') || text.endsWith('\n\n')) faults.push(`${name}: one line end at the end`);
  for (const [index, line] of text.split('\n').entries()) {
    const at = index + 1;
    if (/\s$/.test(line)) faults.push(`${name}:${at}: blank at the end`);
    const code = line.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => '_'.repeat(quoted.length)).replace(/#.*/, '').trimEnd();
    const words = code.trim();
    const opens = (words.match(/[[{(]/g) ?? []).length;
    const closes = (words.match(/[\]})]/g) ?? []).length;
    const wanted = 2 * (depth - (/^[\]})]/.test(words) ? 1 : 0));
    const indent = line.length - line.trimStart().length;
    if (line.trim() !== '' && indent !== wanted) faults.push(`${name}:${at}: indented by ${indent}, not ${wanted}`);
    const attribute = /^(\s*)([\w-]+)\s*=(?!=)/.exec(code);
    if (attribute !== null && opens === closes) group.push({ at, indent, key: attribute[2], equals: code.indexOf('=') });
    else closeGroup();
    // What one line opens twice, as a call around an object, another closes twice.
    depth += Math.sign(opens - closes);
  }
  closeGroup();
  return faults;
}

const files = readdirSync(path.join(deploy, 'terraform')).filter((name) => name.endsWith('.tf'));

test('terraform would format nothing differently', () => {
  assert.ok(files.length >= 4);
  for (const name of files) assert.deepEqual(faultsOf(name, read(`terraform/${name}`)), []);
  const { status, text } = run('sh', ['-c', 'command -v terraform >/dev/null || exit 0; terraform fmt -check -diff "$0"', path.join(deploy, 'terraform')]);
  assert.equal(status, 0, text);
});

test('a file that terraform would format differently is told', () => {
  assert.deepEqual(faultsOf('x', 'a "b" {\n  long = 1\n  x = 2\n}\n'), ['x:3: "=" in column 4, not 7']);
  assert.deepEqual(faultsOf('x', 'a "b" {\n   c = 1\n}\n'), ['x:2: indented by 3, not 2']);
  assert.deepEqual(faultsOf('x', 'a = 1 \n'), ['x:1: blank at the end']);
});
