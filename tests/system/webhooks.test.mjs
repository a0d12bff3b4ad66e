// Webhooks from outside: what is told, to whom, and to whom never.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join, letIn, sign, sleep, start, until } from './lib/access.mjs';

test('a webhook is told from the start of a meeting to its end, signed, and again until it is taken', async (t) => {
  const { base, rest, key, room } = await start(t, ['--webhooks-allow-private']);
  const heard = [];
  let failures = 1;
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const isTaken = failures-- <= 0;
    heard.push({ headers: request.headers, body, isTaken });
    response.writeHead(isTaken ? 204 : 500).end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  t.after(() => receiver.close());
  const made = await rest('POST', '/api/webhooks', { body: { url: `http://127.0.0.1:${receiver.address().port}/hook` } });
  assert.equal(made.status, 201);
  await sleep(1000);
  letIn(await join(base, await sign(key, { sub: 'ada' }), room));
  const taken = () => heard.filter((each) => each.isTaken).map((each) => JSON.parse(each.body).event).sort();
  const all = ['participant_joined', 'participant_left', 'room_finished', 'room_started'];
  await until(() => taken().length >= all.length, 60000);
  assert.deepEqual(taken(), all);
  const secret = Buffer.from(made.body.secret.replace('whsec_', ''), 'base64');
  for (const { headers, body } of heard) {
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', secret).update(text).digest('base64')}`);
  }
  const log = (await rest('GET', `/api/webhooks/${made.body.id}/deliveries`)).body.deliveries;
  await until(async () => (await rest('GET', `/api/webhooks/${made.body.id}/deliveries`)).body.deliveries.every((d) => d.state === 'delivered'));
  const before = heard.length;
  assert.equal((await rest('POST', `/api/webhooks/${made.body.id}/deliveries/${log[0].id}/redeliver`)).status, 202);
  await until(() => heard.length > before);
  assert.equal(heard.at(-1).headers['webhook-id'], log[0].id);
});

test('a webhook to an address that is not public is refused, by its URL and by what its name leads to', async (t) => {
  const { base, rest, key, room } = await start(t);
  for (const url of ['http://127.0.0.1:6000/', 'http://10.0.0.1/', 'http://[::1]/', 'http://169.254.169.254/latest', 'ftp://example.org/']) {
    assert.equal((await rest('POST', '/api/webhooks', { body: { url } })).status, 400, url);
  }
  const made = await rest('POST', '/api/webhooks', { body: { url: 'http://localhost:1/' } });
  assert.equal(made.status, 201);
  await sleep(1000);
  letIn(await join(base, await sign(key, { sub: 'ada' }), room));
  await until(async () => (await rest('GET', `/api/webhooks/${made.body.id}/deliveries`)).body.deliveries
    .some((delivery) => delivery.error === 'its name leads to an address that is not public'));
});
