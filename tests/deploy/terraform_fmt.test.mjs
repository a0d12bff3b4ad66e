// Apart from terraform.test.mjs, since ./run leaves it out where there is no terraform, and says so.
import test from 'node:test';
import assert from 'node:assert/strict';
import path from 'node:path';
import { deploy, run } from './lib/deploy.mjs';

test('terraform would format nothing differently', () => {
  const { status, text } = run('terraform', ['fmt', '-check', '-diff', path.join(deploy, 'terraform')]);
  assert.equal(status, 0, text);
});
