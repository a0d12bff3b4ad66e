// Whatever deploy/ says to the executable, the executable must know: words, flags, variables, ports.
import test from 'node:test';
import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { compose, effective, files, knownVariables, read, site, words } from './lib/deploy.mjs';

const all = [...files()];
const known = knownVariables();
const services = parse(compose().stdout).services;
const apart = parse(compose(site, { isApart: true }).stdout).services;
const environmentOf = ({ environment }) => Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
const portOf = (endpoint) => endpoint.split(':').at(-1);

// Of compose's own and of templates; what they are called is make-env's and fill's business.
const placeholders = new Set(all.flatMap(([, text]) => [...text.matchAll(/\$\{([A-Z][A-Z0-9_]*)/g)].map(([, name]) => name)));

test('every variable is one that the executable reads', () => {
  assert.ok(known.size > 30, 'the help was read');
  for (const [name, text] of all) {
    if (name.startsWith('cluster/') || name.endsWith('.md')) continue;
    for (const [, variable] of text.matchAll(/\b(CONFAB_[A-Z0-9_]+)\b/g)) {
      if (placeholders.has(variable)) continue;
      assert.ok(known.has(variable), `${name} sets ${variable}`);
    }
  }
});

test('the local cluster sets no other', () => {
  const names = [...read('cluster/parts.mjs').matchAll(/\b(CONFAB_[A-Z0-9_]+): (?!\w+\.join|web|api|sockets)/g)].map(([, name]) => name);
  assert.ok(names.length > 5);
  for (const name of names) assert.ok(known.has(name), name);
});

test('every placeholder of compose is written by make-env, or has a default there', () => {
  const made = new Set([...read('compose/make-env').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name));
  for (const file of ['docker-compose.yml', 'apart.yml']) {
    for (const [, name, more] of read(`compose/${file}`).matchAll(/(?<!\$)\$\{([A-Z_]+)(:-)?/g)) {
      assert.ok(made.has(name) || more || name === 'NAME', name);
    }
  }
});

test('every word after "confab" is one of its words', () => {
  for (const [name, text] of all) {
    for (const [, word] of text.matchAll(/(?:\/usr\/bin\/confab|`confab|"confab"|binary\}) ([a-z]+)/g)) {
      assert.ok(words().includes(word), `${name} says confab ${word}; there are ${words()}`);
    }
  }
  for (const { image, command } of [...Object.values(services), ...Object.values(apart)]) {
    if (image.startsWith('confab:')) assert.ok(words().includes([command].flat()[0]), command);
  }
});

test('each role of its own takes what compose gives it, and they find each other', () => {
  const roles = ['web', 'gateway', 'signaling', 'media'];
  const config = Object.fromEntries(roles.map((role) => [role, effective(environmentOf(apart[role]), role)]));
  for (const role of roles) assert.deepEqual(apart[role].command, [role]);
  const { CONFAB_WEB: page, CONFAB_API: api, CONFAB_SOCKETS: sockets } = apart.nginx.environment;
  assert.equal(page, `web:${portOf(config.web.http.listen)}`);
  assert.equal(api, `gateway:${portOf(config.gateway.http.listen)}`);
  assert.equal(sockets, api);
  assert.deepEqual(config.gateway.gateway.signaling, [`1=signaling:${portOf(config.signaling.http.listen)}`]);
  assert.deepEqual(config.signaling.rpc.media_nodes, [`1=${config.media.rpc.listen}`]);
  assert.equal(apart.signaling.environment.CONFAB_RPC_SECRET, apart.media.environment.CONFAB_RPC_SECRET);
  for (const role of roles) assert.equal(apart[role].environment.CONFAB_LOG_DIR, apart.logs.environment.CONFAB_LOGS_DIR);
  config.logs = effective(environmentOf(apart.logs), 'logs');
  const targets = JSON.parse(read('compose/targets-apart/confab.json')).flatMap((one) => one.targets).sort();
  assert.deepEqual(targets, Object.keys(config).map((role) => `${role}:${portOf(config[role].admin.listen)}`).sort());
});

test('with Consul each role says where it is, and Consul reaches what it is to ask', () => {
  const all = parse(compose(site, { withConsul: true }).stdout).services;
  assert.ok(all.consul, 'it is one of the services');
  const places = ['web', 'gateway', 'signaling', 'media'].map((role) => {
    const config = effective(environmentOf(all[role]), role);
    assert.equal(config.discovery.consul, 'http://consul:8500', role);
    // A health check goes to the listener's own address, or where it is everybody's to this one.
    const listener = role === 'media' ? config.admin.listen : config.http.listen;
    assert.ok(listener.startsWith('0.0.0.0:') || listener.startsWith(`${config.discovery.address}:`), `${role}: ${listener}`);
    assert.ok('inner' in all[role].networks && 'inner' in all.consul.networks, role);
    return config.discovery.address;
  });
  assert.equal(new Set(places).size, 4);
});

test('a role without a secret does not start, and says how to make one', () => {
  for (const [role, name] of [['media', 'CONFAB_RPC_SECRET'], ['signaling', 'CONFAB_RPC_SECRET'], ['signaling', 'CONFAB_AUTH_TOKEN_KEY'],
    ['logs', 'CONFAB_LOGS_TOKEN']]) {
    const environment = environmentOf(apart[role]);
    delete environment[name];
    assert.throws(() => effective(environment, role), /openssl rand -hex 32/, `${role} without ${name}`);
  }
});

test('the executable takes what compose gives it, and the ports are those that are published', () => {
  const { ports } = services.confab;
  const config = effective(environmentOf(services.confab));
  assert.equal(config.http.listen.split(':')[1], services.nginx.environment.CONFAB_WEB.split(':')[1]);
  assert.equal(JSON.parse(read('compose/targets/confab.json'))[0].targets[0], `confab:${config.admin.listen.split(':')[1]}`);
  assert.equal(config.media.port, 40000);
  assert.equal(config.media.addresses[0].split('=')[1], site.CONFAB_PUBLIC_IP);
  assert.match(JSON.stringify(ports), /40000/);
  assert.equal(config.ice.urls.length, 3);
  const coturn = services.coturn.environment;
  assert.deepEqual(config.ice.urls.map((url) => url.split(':')[2].split('?')[0]), [3478, 3478, 5349].map(String));
  assert.deepEqual([coturn.TURN_PORT, coturn.TURN_TLS_PORT].map(Number), [3478, 5349]);
});

test('the ports of media are the same everywhere', () => {
  const places = ['compose/docker-compose.yml', 'terraform/main.tf', 'terraform/cloud-init.yaml.tftpl', 'systemd/confab.sysctl', 'docker/Dockerfile', 'kubernetes/confab.yaml'];
  for (const place of places) {
    const ranges = new Set(read(place).match(/\b4\d{4}-\d{5}\b/g));
    assert.deepEqual([...ranges], ['40000-40015'], place);
  }
});
