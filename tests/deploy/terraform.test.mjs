// deploy/terraform: what it opens and what it keeps. `terraform validate` would need the provider,
// which is not to be had without the registry it comes from.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parse as parseHcl } from '@cdktf/hcl2json';
import { parse } from 'yaml';
import { deploy, read, run } from './lib/deploy.mjs';

const names = readdirSync(path.join(deploy, 'terraform')).filter((name) => name.endsWith('.tf'));
const parsed = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await parseHcl(name, read(`terraform/${name}`))])));
const { resource } = parsed['main.tf'];
const variables = parsed['variables.tf'].variable;

test('nothing is open but the web app, TURN and media', () => {
  const [rule] = resource.google_compute_firewall.public;
  const open = rule.allow.flatMap(({ protocol, ports }) => ports.map((port) => `${port}/${protocol}`)).sort();
  assert.deepEqual(open, ['3478/tcp', '3478/udp', '40000-40015/tcp', '40000-40015/udp', '443/tcp', '5349/tcp', '80/tcp']);
});

test('SSH is closed, and cannot be opened to the world', () => {
  assert.deepEqual(Object.keys(resource.google_compute_firewall).sort(), ['public', 'ssh']);
  const [ssh] = resource.google_compute_firewall.ssh;
  assert.equal(ssh.source_ranges, '${var.ssh_from}');
  assert.equal(ssh.count, '${length(var.ssh_from) > 0 ? 1 : 0}');
  assert.deepEqual(variables.ssh_from[0].default, []);
  assert.match(variables.ssh_from[0].validation[0].condition, /!contains\(var\.ssh_from, "0\.0\.0\.0\/0"\)/);
});

test('no secret goes through a variable, so none is in the state', () => {
  for (const name of Object.keys(variables)) assert.doesNotMatch(name, /secret|password|key|token/);
});

test('every variable that is used is declared, and the other way round', () => {
  const all = names.map((name) => read(`terraform/${name}`)).join('\n');
  const used = new Set([...all.matchAll(/\bvar\.([a-z_]+)/g)].map(([, name]) => name));
  assert.deepEqual([...used].sort(), Object.keys(variables).sort());
});

test('the first boot is a cloud-config whose scripts are scripts', () => {
  const values = { address: '203.0.113.7', domain: 'meet.example.org', repository: 'https://example.org/confab.git', revision: 'v0.1.0' };
  const template = read('terraform/cloud-init.yaml.tftpl');
  const placed = [...template.matchAll(/\$\{([a-z_]+)\}/g)].map(([, name]) => name);
  const given = /templatefile\("[^"]*", \{([^}]*)\}/.exec(read('terraform/main.tf'))[1];
  assert.deepEqual([...new Set(placed)].sort(), [...given.matchAll(/^\s*([a-z_]+)\s*=/gm)].map(([, name]) => name).sort());
  const config = parse(template.replace(/\$\{([a-z_]+)\}/g, (_, name) => values[name]));
  for (const { content } of config.write_files.filter((file) => file.permissions === '0755')) {
    const { status, text } = run('sh', ['-n'], { input: content });
    assert.equal(status, 0, text);
  }
  const [sysctl] = config.write_files;
  const settings = (text) => text.split('\n').filter((line) => /^[a-z]/.test(line)).map((line) => line.trim());
  assert.deepEqual(settings(sysctl.content), settings(read('systemd/confab.sysctl')));
});
