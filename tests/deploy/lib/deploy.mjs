// What the tests of deploy/ share: where things are, and what the executable says of itself.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { binary, root } from '../../browser/lib/server.mjs';

export { binary, root };
export const deploy = path.join(root, 'deploy');
export const read = (name) => readFileSync(path.join(deploy, name), 'utf8');

// status, and both outputs as one text.
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (error) throw error;
  return { status, text: `${stdout}${stderr}`, stdout };
}

export async function folder(t) {
  const made = await mkdtemp(path.join(tmpdir(), 'confab-deploy-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

export function fill(template, values) {
  return execFileSync(path.join(deploy, 'fill'), [path.join(deploy, template)], {
    env: { PATH: process.env.PATH, ...values }, encoding: 'utf8',
  });
}

// A key and a certificate for localhost.
export function makeCertificate(dir) {
  const certificate = path.join(dir, 'tls.pem'), key = path.join(dir, 'tls.key');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { certificate, key };
}

// Every file of deploy/, as [name, text].
export function* files(below = '') {
  for (const name of readdirSync(path.join(deploy, below))) {
    const relative = path.join(below, name);
    if (name === '.env' || name === 'tls' || name === '.terraform') continue;
    if (statSync(path.join(deploy, relative)).isDirectory()) yield* files(relative);
    else yield [relative, read(relative)];
  }
}

// The executable's words, as serve and gateway.
export function words() {
  const help = execFileSync(binary, ['--help'], { encoding: 'utf8' });
  return [...help.split(/^Subcommands:/m)[1].matchAll(/^ {2}([a-z]+) /gm)].map(([, word]) => word);
}

// Variables that it reads in some role, from what it says of itself.
export function knownVariables() {
  const all = words().filter((word) => word !== 'loadtest').flatMap((role) => {
    const help = execFileSync(binary, [role, '--help'], { encoding: 'utf8' }).replace(/\s+/g, ' ');
    return [...help.matchAll(/\((CONFAB_[A-Z0-9_]+)\)/g)].map(([, name]) => name);
  });
  return new Set(all);
}

// What is in force with this environment, as the executable prints it; throws with what it refuses.
export function effective(environment, role = 'serve') {
  const { status, text, stdout } = run(binary, [role, '--print-effective'], { env: { PATH: process.env.PATH, ...environment } });
  if (status !== 0 || text.includes('warning')) throw new Error(text);
  return parse(stdout);
}

// deploy/compose as docker-compose understands it, with a site made by make-env's rules.
export const site = {
  CONFAB_LOGS_TOKEN: 'e'.repeat(64),
  CONFAB_DOMAIN: 'meet.example.org', CONFAB_PUBLIC_IP: '203.0.113.7', CONFAB_LISTEN_IP: '10.0.0.5', CONFAB_TLS_DIR: './tls',
  CONFAB_TURN_SECRET: 'a'.repeat(64), CONFAB_RPC_SECRET: 'e'.repeat(64), CONFAB_AUTH_TOKEN_KEY: 'f'.repeat(64), POSTGRES_PASSWORD: 'b'.repeat(64), REDIS_PASSWORD: 'c'.repeat(64), GRAFANA_PASSWORD: 'd'.repeat(64),
};
export function compose(environment = site, { isApart = false, withConsul = false } = {}) {
  const names = ['docker-compose.yml', ...(isApart || withConsul ? ['apart.yml'] : []), ...(withConsul ? ['consul.yml'] : [])];
  const files = names.flatMap((name) => ['-f', path.join(deploy, 'compose', name)]);
  const profiles = ['watch', 'cluster'].flatMap((name) => ['--profile', name]);
  return run('docker-compose', ['--env-file', path.join(root, 'tests/deploy/lib/empty.env'), ...files, ...profiles, 'config'], {
    env: { PATH: process.env.PATH, ...environment },
  });
}

export function kubernetes(below = '') {
  const text = execFileSync('kubectl', ['kustomize', path.join(deploy, below)], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => document.toJS());
}
