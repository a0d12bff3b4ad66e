// deploy/compose as docker-compose reads it. No image is built or started here: that needs an engine.
import test from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { compose, deploy, folder, run, site } from './lib/deploy.mjs';

const { services, volumes } = (() => {
  const { status, text, stdout } = compose();
  assert.equal(status, 0, text);
  return parse(stdout);
})();
const published = (service) => (service.ports ?? []).map((port) => (typeof port === 'string' ? port
  : `${port.host_ip ? `${port.host_ip}:` : ''}${port.published}:${port.target}/${port.protocol}`));

const isSecret = /SECRET|PASSWORD|KEY|TOKEN/;
const isOfRoles = /RPC_SECRET|TOKEN_KEY/;

test('every service of the reference system has its place', () => {
  assert.deepEqual(Object.keys(services).sort(),
    ['confab', 'consul', 'coturn', 'grafana', 'logs', 'nginx', 'postgres', 'prometheus', 'redis']);
  assert.ok('confab-logs' in volumes, 'logs are in a volume with a name');
});

test('no secret has a default: without any of them it does not start', () => {
  for (const name of Object.keys(site).filter((one) => isSecret.test(one) && !isOfRoles.test(one))) {
    const { status, text } = compose({ ...site, [name]: '' });
    assert.notEqual(status, 0, name);
    assert.match(text, new RegExp(name.replace(/.*_/, '')), text);
  }
});

test('the logs are shown on this machine alone, and to who has the token', () => {
  assert.deepEqual(published(services.logs), ['127.0.0.1:9000:9000/tcp']);
  // As text, or as what newer ones make of it.
  const mounts = (name) => services[name].volumes.map((one) => (typeof one === 'string' ? one : `${one.source}:${one.target}:${one.read_only ? 'ro' : 'rw'}`));
  assert.deepEqual(mounts('logs'), ['confab-logs:/var/log/confab:ro'], 'it writes nothing there');
  assert.ok(mounts('confab').includes('confab-logs:/var/log/confab:rw'));
  assert.equal(services.confab.environment.CONFAB_LOG_DIR, services.logs.environment.CONFAB_LOGS_DIR);
});

test('with the roles apart neither', () => {
  for (const name of Object.keys(site).filter((one) => isOfRoles.test(one))) {
    assert.notEqual(compose({ ...site, [name]: '' }, { isApart: true }).status, 0, name);
  }
});

test('the world reaches the web app, media and TURN, and nothing else', () => {
  const open = Object.values(services).flatMap(published).filter((port) => !port.startsWith('127.0.0.1:'));
  const outer = new Set(open.map((port) => port.replace(/:.*/, '').replace(/-.*/, '')).map(Number));
  for (const port of outer) assert.ok(port === 80 || port === 443 || (port >= 40000 && port <= 40015), `${port} is open`);
  assert.equal(services.coturn.network_mode, 'host');
});

test('what runs our code and what the world reaches has a read-only root and no rights', () => {
  for (const name of ['confab', 'nginx', 'coturn', 'logs']) {
    const service = services[name];
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.notEqual(service.user, 'root', name);
  }
});

test('a server has longer to stop than meetings have to end', () => {
  const seconds = (text) => Number(/^(\d+)m/.exec(text)?.[1] ?? 0) * 60 + Number(/(\d+)s$/.exec(text)?.[1] ?? 0);
  const drain = seconds(services.confab.environment.CONFAB_DRAIN.replace('min', 'm'));
  assert.ok(seconds(services.confab.stop_grace_period) > drain, `${services.confab.stop_grace_period} for ${drain} s`);
});

test('make-env makes secrets of its own, for their owner alone, and replaces none', async (t) => {
  const dir = await folder(t);
  cpSync(path.join(deploy, 'compose/make-env'), path.join(dir, 'make-env'));
  const make = () => run(path.join(dir, 'make-env'), ['meet.example.org', '203.0.113.7', '10.0.0.5']);
  assert.equal(make().status, 0);
  const file = path.join(dir, '.env'), text = readFileSync(file, 'utf8');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const made = Object.fromEntries(text.trim().split('\n').map((line) => line.split('=')));
  assert.deepEqual(Object.keys(made).sort(), Object.keys(site).sort());
  const secrets = Object.entries(made).filter(([name]) => isSecret.test(name)).map(([, value]) => value);
  for (const secret of secrets) assert.match(secret, /^[0-9a-f]{64}$/);
  assert.equal(new Set(secrets).size, secrets.length);
  assert.notEqual(make().status, 0);
  assert.equal(readFileSync(file, 'utf8'), text);
  const { status, text: said } = compose(made);
  assert.equal(status, 0, said);
});
