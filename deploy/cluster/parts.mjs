// What each part of the cluster is: its files, made from the templates of deploy/, its command, and
// how it is seen to be up. `make` functions return { spec, ready, ports }.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const deploy = fileURLToPath(new URL('..', import.meta.url));

export function fill(template, values) {
  const env = { PATH: process.env.PATH, ...values };
  return execFileSync(path.join(deploy, 'fill'), [path.join(deploy, template)], { env, encoding: 'utf8' });
}

export function find(name, ...places) {
  const folders = [...process.env.PATH.split(':'), '/usr/sbin', '/sbin', ...places];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

export function need(name, debianPackage, ...places) {
  const file = find(name, ...places);
  if (!file) throw new Error(`there is no ${name}: apt-get install ${debianPackage}`);
  return file;
}

const isRoot = process.getuid() === 0;
const idOf = (user, flag) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));

function folder(context, name) {
  const made = path.join(context.dir, name);
  mkdirSync(made, { recursive: true, mode: 0o755 });
  return made;
}

const logOf = (context, name) => path.join(context.dir, `${name}.log`);

// For `localhost` and the address.
export function makeCertificate(context) {
  const certificate = path.join(context.dir, 'tls.pem'), key = path.join(context.dir, 'tls.key');
  execFileSync(need('openssl', 'openssl'), ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
    '-nodes', '-days', '30', '-subj', '/CN=localhost', '-addext', `subjectAltName=DNS:localhost,IP:${context.address}`,
    '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  chmodSync(key, 0o600);
  return { certificate, key };
}

// Does not sync: it is thrown away. It refuses to run as root.
export async function postgres(context) {
  const versions = '/usr/lib/postgresql';
  const bins = existsSync(versions) ? readdirSync(versions).sort((a, b) => b - a).map((v) => path.join(versions, v, 'bin')) : [];
  const bin = bins.find((one) => existsSync(path.join(one, 'postgres')));
  if (!bin) throw new Error('there is no PostgreSQL below /usr/lib/postgresql: apt-get install postgresql');
  const user = isRoot ? { uid: idOf('postgres', '-u'), gid: idOf('postgres', '-g') } : {};
  const cwd = folder(context, 'postgres');
  if (isRoot) chownSync(cwd, user.uid, user.gid);
  const port = await context.ports.take();
  const passwordFile = path.join(cwd, 'password');
  writeFileSync(passwordFile, `${context.secrets.postgres}\n`, { mode: 0o600 });
  if (isRoot) chownSync(passwordFile, user.uid, user.gid);
  const made = spawnSync(path.join(bin, 'initdb'), ['--pgdata=pg', '--username=confab', '--auth=scram-sha-256', `--pwfile=${passwordFile}`,
    '--encoding=UTF8', '--locale=C', '--no-sync'], { cwd, ...user, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
  // initdb lets in who comes from the loopback's addresses alone.
  appendFileSync(path.join(cwd, 'pg/pg_hba.conf'), `host all confab ${context.address}/${context.address.includes(':') ? 128 : 32} scram-sha-256\n`);
  return {
    spec: {
      command: path.join(bin, 'postgres'), cwd, ...user, log: logOf(context, 'postgres'), stopSignal: 'SIGINT',
      lock: path.join(cwd, 'pg/postmaster.pid'),
      args: ['-D', path.join(cwd, 'pg'), '-p', String(port), '-h', context.address, '-c', 'fsync=off', '-c', 'unix_socket_directories='],
    },
    ready: { kind: 'tcp', host: context.address, port },
    ports: { sql: port },
    url: `postgresql://confab:${context.secrets.postgres}@${context.address}:${port}/postgres`,
  };
}

export async function redis(context) {
  const cwd = folder(context, 'redis'), port = await context.ports.take();
  const config = path.join(cwd, 'redis.conf');
  writeFileSync(config, `bind ${context.address}\nport ${port}\nsave ""\nrequirepass ${context.secrets.redis}\n`, { mode: 0o600 });
  return {
    spec: { command: need('redis-server', 'redis-server'), args: [config], cwd, log: logOf(context, 'redis') },
    ready: { kind: 'tcp', host: context.address, port },
    ports: { redis: port },
  };
}

// Debian 12 has none. One is used where it is; nothing is fetched here.
export function findConsul() {
  return process.env.CONFAB_CONSUL ?? find('consul') ?? find('consul', path.join(deploy, '../.tools/consul/root/usr/bin'));
}

export async function consul(context, command) {
  const cwd = folder(context, 'consul');
  const [http, serf, rpc] = [await context.ports.take(), await context.ports.take(2), await context.ports.take()];
  const off = -1;
  writeFileSync(path.join(cwd, 'agent.json'), JSON.stringify({
    server: true, bootstrap_expect: 1, node_name: 'local', bind_addr: context.address, client_addr: context.address,
    data_dir: path.join(cwd, 'data'), log_level: 'warn', leave_on_terminate: false,
    // It is alone, and need not wait for others to make itself the leader.
    performance: { raft_multiplier: 1 },
    ports: { http, dns: off, grpc: off, https: off, serf_lan: serf, serf_wan: off, server: rpc },
  }));
  return {
    spec: { command, args: ['agent', '-config-file', path.join(cwd, 'agent.json')], cwd, log: logOf(context, 'consul') },
    ready: { kind: 'http', host: context.address, port: http, path: '/v1/catalog/services' },
    ports: { http },
    url: `http://${context.address}:${http}`,
  };
}

export async function coturn(context, name) {
  const cwd = folder(context, name);
  const port = await context.ports.take(), tlsPort = await context.ports.take();
  const relayed = 64, first = await context.ports.take(relayed);
  const config = path.join(cwd, 'turnserver.conf');
  let text = fill('coturn/turnserver.conf.template', {
    TURN_LISTEN_IP: context.address, TURN_EXTERNAL_IP: '', TURN_PORT: port, TURN_TLS_PORT: tlsPort,
    TURN_MIN_PORT: first, TURN_MAX_PORT: first + relayed - 1, TURN_SECRET: context.secrets.turn, TURN_REALM: 'localhost',
    MEDIA_PEER_IP: context.address, TURN_PID_FILE: path.join(cwd, 'turnserver.pid'),
    TLS_CERTIFICATE: context.tls.certificate, TLS_KEY: context.tls.key,
  });
  // Media is on this machine, and coturn refuses loopback even where it is allowed by address.
  if (context.address.startsWith('127.')) text += 'allow-loopback-peers\n';
  writeFileSync(config, text, { mode: 0o600 });
  return {
    spec: { command: need('turnserver', 'coturn'), args: ['-c', config, '--userdb', path.join(cwd, 'db')], cwd, log: logOf(context, name) },
    ready: { kind: 'tcp', host: context.address, port },
    ports: { turn: port, turns: tlsPort },
    urls: [`turn:${context.address}:${port}?transport=udp`, `turn:${context.address}:${port}?transport=tcp`,
      `turns:${context.address}:${tlsPort}?transport=tcp`],
  };
}

// Everything of confab in one process.
export async function serve(context, { databaseUrl, turnUrls }) {
  const cwd = folder(context, 'confab');
  const shards = 2, http = await context.ports.take(), admin = await context.ports.take();
  const media = await context.ports.take(shards);
  return {
    spec: {
      command: context.binary, args: ['serve'], cwd, log: logOf(context, 'confab'),
      env: {
        CONFAB_HTTP: `${context.address}:${http}`, CONFAB_ADMIN: `${context.address}:${admin}`,
        CONFAB_HTTP_TRUSTED_PROXIES: context.address, CONFAB_MEDIA_ADDRESS: context.address,
        CONFAB_MEDIA_PORT: String(media), CONFAB_MEDIA_SHARDS: String(shards), CONFAB_DATA: path.join(cwd, 'data'),
        ...(databaseUrl && { CONFAB_DATABASE_URL: databaseUrl }),
        ...(turnUrls.length > 0 && { CONFAB_ICE_URL: turnUrls.join(','), CONFAB_TURN_SECRET: context.secrets.turn }),
        CONFAB_DRAIN: '30s',
      },
    },
    ready: { kind: 'http', host: context.address, port: http, path: '/livez' },
    ports: { http, admin, media },
  };
}

// What every process of confab has, whatever its role; `more` is its own. With Consul they find each
// other there, without it by lists.
function role(context, name, word, { http, admin }, more) {
  const cwd = folder(context, name);
  return {
    spec: {
      command: context.binary, args: [word], cwd, log: logOf(context, name),
      env: {
        CONFAB_ADMIN: `${context.address}:${admin}`, CONFAB_DATA: path.join(cwd, 'data'), CONFAB_DRAIN: '30s',
        ...(http && { CONFAB_HTTP: `${context.address}:${http}`, CONFAB_HTTP_TRUSTED_PROXIES: context.address }),
        ...(context.consul && { CONFAB_DISCOVERY_CONSUL: context.consul, CONFAB_DISCOVERY_ADDRESS: context.address }),
        ...more,
      },
    },
    ready: { kind: 'http', host: context.address, port: admin, path: '/livez' },
    ports: { ...(http && { http }), admin },
  };
}

export async function media(context, number) {
  const shards = 2, admin = await context.ports.take(), rpc = await context.ports.take(), first = await context.ports.take(shards);
  const made = role(context, `media-${number}`, 'media', { admin }, {
    CONFAB_NODE: String(number), CONFAB_RPC_LISTEN: `${context.address}:${rpc}`, CONFAB_RPC_SECRET: context.secrets.rpc,
    CONFAB_MEDIA_ADDRESS: context.address, CONFAB_MEDIA_PORT: String(first), CONFAB_MEDIA_SHARDS: String(shards),
  });
  Object.assign(made.ports, { rpc, media: first });
  return { ...made, place: `${number}=${context.address}:${rpc}` };
}

export async function signaling(context, { databaseUrl, turnUrls, mediaNodes }) {
  const http = await context.ports.take(), admin = await context.ports.take();
  const made = role(context, 'signaling-1', 'signaling', { http, admin }, {
    CONFAB_NODE: '1', CONFAB_RPC_SECRET: context.secrets.rpc, CONFAB_AUTH_TOKEN_KEY: context.secrets.token,
    ...(!context.consul && { CONFAB_MEDIA_NODE: mediaNodes.join(',') }),
    ...(databaseUrl && { CONFAB_DATABASE_URL: databaseUrl }),
    ...(turnUrls.length > 0 && { CONFAB_ICE_URL: turnUrls.join(','), CONFAB_TURN_SECRET: context.secrets.turn }),
  });
  return { ...made, place: `1=${context.address}:${http}` };
}

export async function gateway(context, number, signalingNodes) {
  const http = await context.ports.take(), admin = await context.ports.take();
  return role(context, `gateway-${number}`, 'gateway', { http, admin }, {
    CONFAB_NODE: String(number), ...(!context.consul && { CONFAB_GATEWAY_SIGNALING: signalingNodes.join(',') }),
  });
}

export async function web(context) {
  const http = await context.ports.take(), admin = await context.ports.take();
  return role(context, 'web', 'web', { http, admin }, {});
}

// The page of all parts' log files, confab's and the others'.
export async function logs(context) {
  const http = await context.ports.take(), admin = await context.ports.take();
  return role(context, 'logs', 'logs', { http, admin }, {
    CONFAB_LOGS_DIR: path.dirname(logOf(context, 'logs')),
    ...(!context.address.startsWith('127.') && { CONFAB_LOGS_TOKEN: context.secrets.logs }),
  });
}

export async function nginx(context, { web, api, sockets }) {
  const cwd = folder(context, 'nginx');
  const http = await context.ports.take(), https = await context.ports.take();
  mkdirSync(path.join(cwd, 'conf.d'), { recursive: true });
  execFileSync('cp', [path.join(deploy, 'nginx/nginx.conf'), cwd]);
  const listens = (port) => `${context.address}:${port}`;
  const host = context.address.startsWith('127.') ? 'localhost' : context.address;
  writeFileSync(path.join(cwd, 'conf.d/confab.conf'), fill('nginx/confab.conf.template', {
    CONFAB_WEB: web.join(' '), CONFAB_API: api.join(' '), CONFAB_SOCKETS: sockets.join(' '),
    HTTP_LISTEN: listens(http), HTTPS_LISTEN: listens(https), PUBLIC_ORIGIN: `https://${host}:${https}`,
    TLS_CERTIFICATE: context.tls.certificate, TLS_KEY: context.tls.key, ACCESS_LOG: path.join(cwd, 'access.log'),
  }));
  return {
    spec: {
      command: need('nginx', 'nginx'), cwd, log: logOf(context, 'nginx'),
      args: ['-p', `${cwd}/`, '-c', path.join(cwd, 'nginx.conf'), '-e', 'stderr', '-g', 'daemon off;'],
    },
    ready: { kind: 'tcp', host: context.address, port: https },
    ports: { http, https },
    url: `https://${host}:${https}`,
  };
}

export async function prometheus(context, targets) {
  const cwd = folder(context, 'prometheus'), port = await context.ports.take();
  execFileSync('cp', ['-r', path.join(deploy, 'prometheus/prometheus.yml'), path.join(deploy, 'prometheus/rules'), cwd]);
  mkdirSync(path.join(cwd, 'targets'), { recursive: true });
  writeFileSync(path.join(cwd, 'targets/confab.json'), JSON.stringify(targets, null, 2));
  return {
    spec: {
      command: need('prometheus', 'prometheus'), cwd, log: logOf(context, 'prometheus'),
      args: [`--config.file=${cwd}/prometheus.yml`, `--storage.tsdb.path=${cwd}/data`, `--web.listen-address=${context.address}:${port}`],
    },
    ready: { kind: 'http', host: context.address, port, path: '/-/ready' },
    ports: { http: port },
  };
}
