import test from 'node:test';
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { deploy, folder, run } from './lib/deploy.mjs';

test('prometheus takes the configuration and the targets of compose', async (t) => {
  const dir = await folder(t);
  cpSync(path.join(deploy, 'prometheus/prometheus.yml'), path.join(dir, 'prometheus.yml'));
  cpSync(path.join(deploy, 'compose/targets'), path.join(dir, 'targets'), { recursive: true });
  const { status, text } = run('promtool', ['check', 'config', path.join(dir, 'prometheus.yml')]);
  assert.equal(status, 0, text);
  assert.doesNotMatch(text, /WARN|FAIL/i);
});
