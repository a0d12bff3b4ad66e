// The command as operators use it: what it says of itself, what a shell completes, and that no
// secret stands where others read it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binary, start, until } from './lib/access.mjs';
import { crowd } from './lib/client.mjs';

const run = (words, options = {}) => spawnSync(binary, words, { encoding: 'utf8', timeout: 30_000, ...options });
const help = (words) => run([...words, '--help']).stdout;

// Every command behind `words`, by what --help lists as subcommands.
function commands(words = []) {
  const text = help(words);
  const listed = text.split(/^SUBCOMMANDS:$|^Subcommands:$/m)[1];
  const names = [...(listed ?? '').matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
  return names.length === 0 ? [words] : names.flatMap((name) => commands([...words, name]));
}

const roles = ['serve', 'signaling', 'media', 'gateway', 'web', 'logs'];
const operators = () => commands().filter(([word]) => !roles.includes(word) && word !== 'loadtest');

test('every command for operators shows an example, and prints JSON where it prints anything', () => {
  const all = operators();
  assert.ok(all.length >= 15, all.join('\n'));
  for (const words of all) {
    const text = help(words);
    assert.match(text, new RegExp(`Example:\\s+confab ${words.join(' ')}`), words.join(' '));
    if (words[0] !== 'completion') assert.match(text, /--json/, words.join(' '));
    assert.doesNotMatch(text, /--(secret|password)\b(?!-file)/, 'a flag would be seen by all who list processes');
  }
});

test('bash completes every command and every option of it', () => {
  const script = run(['completion', 'bash']).stdout;
  assert.equal(spawnSync('bash', ['-n'], { input: script }).status, 0);
  const completed = (...words) => execFileSync('bash', ['-c',
    `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _confab; printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', 'confab', ...words],
  { encoding: 'utf8' }).split('\n').filter(Boolean);
  assert.deepEqual(completed('tok'), ['token']);
  assert.deepEqual(completed('token', 'c'), ['create']);
  assert.deepEqual(completed('participant', ''), ['list', 'role']);
  assert.ok(completed('token', 'create', '--key', 'AK1', '--id').includes('--identity'));
  for (const words of operators()) {
    for (let i = 0; i < words.length; ++i) {
      assert.ok(completed(...words.slice(0, i + 1)).includes(words[i]), words.join(' '));
    }
    const options = [...help(words).matchAll(/^ {2}(?:-\w,)?(--[\w-]+)/gm)].map(([, name]) => name);
    assert.deepEqual(options.filter((name) => !completed(...words, '--').includes(name)), [], words.join(' '));
  }
});

test('zsh and fish are given the same words', () => {
  for (const shell of ['zsh', 'fish']) {
    const script = run(['completion', shell]).stdout;
    for (const words of operators()) assert.ok(script.includes(`'${words.join(' ')}'`), `${shell}: ${words.join(' ')}`);
    assert.match(script, /identity/);
    assert.equal((script.match(/'/g) ?? []).length % 2, 0, 'quotes are in pairs');
  }
  const other = run(['completion', 'csh']);
  assert.notEqual(other.status, 0);
});

test('a secret comes from a file, from standard input or from the environment, and as nothing else', async (t) => {
  const { base, key, room } = await start(t);
  const folder = await mkdtemp(path.join(tmpdir(), 'confab-cli-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'shop.secret');
  await writeFile(file, `${key.secret}\n`, { mode: 0o600 });
  const words = ['room', 'show', room, '--url', base, '--key', key.id, '--json'];
  const shows = (result) => assert.equal(JSON.parse(result.stdout).code, room, result.stderr);
  shows(run([...words, '--secret-file', file]));
  shows(run([...words, '--secret-file', '-'], { input: `${key.secret}\n` }));
  shows(run(words, { env: { ...process.env, CONFAB_API_SECRET: key.secret } }));
  shows(run([...words, '--secret-file', '-'], { input: `${key.secret}\r\n` }));
  assert.notEqual(run([...words, '--secret', key.secret]).status, 0);
  const none = run([...words, '--secret-file', path.join(folder, 'none')]);
  assert.match(none.stderr, /there is nothing in/);
  const password = path.join(folder, 'password');
  await writeFile(password, 'sesame\n');
  const set = run(['room', 'set', room, '--url', base, '--key', key.id, '--secret-file', file, '--password-file', password, '--json']);
  assert.equal(JSON.parse(set.stdout).settings.hasPassword, true, set.stderr);
});

test('an operator reads who was in a room, and deletes what was said', async (t) => {
  const { server, confab, base, key, room, rest } = await start(t);
  const people = crowd(t, server);
  const ada = await people.join(room, 'Ada');
  const { message } = await ada.get('chat:send', { text: 'a slip' });
  await ada.get('leave');
  const at = ['--url', base, '--key', key.id];
  const { attendance } = confab('room', 'attendance', room, ...at);
  assert.deepEqual(attendance.map(({ name, present }) => [name, present]), [['Ada', false]]);
  const said = run(['room', 'attendance', room, ...at], { env: { ...process.env, CONFAB_API_SECRET: key.secret } });
  assert.match(said.stdout, /^\d{4}-\S+.* \d{4}-\S+ .* Ada$/m, said.stderr);
  assert.deepEqual(confab('room', 'unsay', room, message.id, ...at), {});
  assert.deepEqual((await rest('GET', `/api/rooms/${room}/messages`)).body.messages, []);
  const [line] = (await rest('GET', '/api/audit')).body.entries;
  assert.equal(line.action, 'room.act');
  assert.match(line.target, new RegExp(`^room:rm_\\w+ messages/${message.id}$`));
});

test('a key that is made is shown, also where the audit log takes no line of it', async (t) => {
  const { server, rest } = await start(t);
  const database = path.join(server.dataDir, 'confab.db');
  execFileSync('sqlite3', [database, "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END"]);
  const made = run(['key', 'create', '--data', server.dataDir, '--name', 'x', '--scope', 'keys', '--json']);
  assert.equal(made.status, 0);
  assert.match(made.stderr, /the audit log has no line of it/);
  const key = JSON.parse(made.stdout);
  await until(async () => (await rest('GET', '/api/keys', { as: key })).status === 200);
});

test('a secret goes in clear to this machine alone', () => {
  const env = { ...process.env, CONFAB_API_SECRET: 'x'.repeat(43) };
  const refused = run(['room', 'show', 'abc-defg-hij', '--url', 'http://192.0.2.1', '--key', 'AK1'], { env });
  assert.equal(refused.status, 2, refused.stderr);
  assert.match(refused.stderr, /https:\/\//);
  assert.doesNotMatch(refused.stderr, /xxxx/);
  const unverified = run(['room', 'show', 'abc-defg-hij', '--url', 'https://192.0.2.1', '--insecure', '--key', 'AK1'], { env });
  assert.equal(unverified.status, 2, unverified.stderr);
  assert.match(unverified.stderr, /--insecure would show/);
});
