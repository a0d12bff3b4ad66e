// deploy/fill: templates of nginx and coturn, filled in on machines, in containers and in tests.
import test from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { deploy, folder, run } from './lib/deploy.mjs';

async function filled(t, template, values) {
  const file = path.join(await folder(t), 'template');
  writeFileSync(file, template);
  return run(path.join(deploy, 'fill'), [file], { env: { PATH: process.env.PATH, ...values } });
}

test('values stand where their names stood, and variables of nginx stay', async (t) => {
  const { status, stdout } = await filled(t, 'a ${ONE}-${TWO} b\n$http_upgrade ${lower} $NAME\n', { ONE: '1', TWO: '2' });
  assert.equal(status, 0);
  assert.equal(stdout, 'a 1-2 b\n$http_upgrade ${lower} $NAME\n');
});

test('a list gives a line for each of its words, an empty one none', async (t) => {
  const { stdout } = await filled(t, 'server ${ALL} x;\nnone ${NONE}\nend\n', { ALL: 'a:1  b:2', NONE: '' });
  assert.equal(stdout, 'server a:1 x;\nserver b:2 x;\nend\n');
});

test('a value is not looked into, whatever it holds', async (t) => {
  const { status, stdout } = await filled(t, 'secret=${SECRET};\n', { SECRET: '${HOME}&\\1$(id)' });
  assert.equal(status, 0);
  assert.equal(stdout, 'secret=${HOME}&\\1$(id);\n');
});

test('what is not set is an error that names it, and never an empty setting', async (t) => {
  const { status, text } = await filled(t, 'static-auth-secret=${TURN_SECRET}\n', {});
  assert.equal(status, 1);
  assert.match(text, /TURN_SECRET is not set .*line 1/);
});
