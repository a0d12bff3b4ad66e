// deploy/systemd as systemd reads it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { binary, deploy, effective, folder, read, run } from './lib/deploy.mjs';

const units = readdirSync(path.join(deploy, 'systemd')).filter((name) => name.endsWith('.service'));

const environments = readdirSync(path.join(deploy, 'systemd')).filter((name) => name.endsWith('.env'));

for (const name of units) {
  test(`${name}: systemd takes it, and rates what it leaves open as little`, async (t) => {
    const dir = await folder(t);
    // The executable is where this machine has it; a template is judged by one of its units.
    const unit = path.join(dir, name.replace('@.', '@serve.'));
    writeFileSync(path.join(dir, name), read(`systemd/${name}`).replace('/usr/bin/confab', binary));
    const verified = run('systemd-analyze', ['verify', '--man=no', unit], { env: { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` } });
    assert.equal(verified.status, 0, verified.text);
    assert.doesNotMatch(verified.text, /confab@/, verified.text);
    // 0 is shut, 10 is open; sshd has 9.6.
    const rated = run('systemd-analyze', ['security', '--offline=true', '--threshold=20', path.join(dir, name)]);
    assert.equal(rated.status, 0, rated.text);
  });
}

for (const name of environments) {
  test(`with every line of ${name} in force its role starts`, () => {
    const lines = read(`systemd/${name}`).split('\n').map((line) => line.replace(/^#(?=CONFAB_)/, '')).filter((line) => line && !line.startsWith('#'));
    const environment = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1) || 'a'.repeat(64)]));
    const config = effective(environment, name.replace('.env', ''));
    if (config.ice) assert.equal(config.ice.urls.length, 3);
    assert.equal(config.admin.listen, environment.CONFAB_ADMIN);
  });
}
