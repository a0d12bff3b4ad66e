// deploy/systemd as systemd reads it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { binary, deploy, effective, folder, read, run } from './lib/deploy.mjs';

const units = readdirSync(path.join(deploy, 'systemd')).filter((name) => name.endsWith('.service'));

for (const name of units) {
  test(`${name}: systemd takes it, and rates what it leaves open as little`, async (t) => {
    const dir = await folder(t);
    // The executable is where this machine has it.
    const unit = path.join(dir, name);
    writeFileSync(unit, read(`systemd/${name}`).replace('/usr/bin/confab', binary));
    const verified = run('systemd-analyze', ['verify', '--man=no', unit]);
    assert.equal(verified.status, 0, verified.text);
    assert.doesNotMatch(verified.text, new RegExp(name), verified.text);
    // 0 is shut, 10 is open; sshd has 9.6.
    const rated = run('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit]);
    assert.equal(rated.status, 0, rated.text);
  });
}

test('with every line of confab.env in force the server starts', () => {
  const lines = read('systemd/confab.env').split('\n').map((line) => line.replace(/^#(?=CONFAB_)/, '')).filter((line) => line && !line.startsWith('#'));
  const environment = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  environment.CONFAB_TURN_SECRET = 'a'.repeat(64);
  const config = effective(environment);
  assert.equal(config.http.listen, '127.0.0.1:8080');
  assert.equal(config.ice.urls.length, 3);
});
