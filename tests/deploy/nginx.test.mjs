// deploy/nginx as nginx reads it. What it does with requests: tests/cluster.
import test from 'node:test';
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deploy, fill, folder, makeCertificate, run } from './lib/deploy.mjs';

async function check(t, values) {
  const dir = await folder(t);
  const { certificate, key } = makeCertificate(dir);
  mkdirSync(path.join(dir, 'conf.d'));
  copyFileSync(path.join(deploy, 'nginx/nginx.conf'), path.join(dir, 'nginx.conf'));
  writeFileSync(path.join(dir, 'conf.d/confab.conf'), fill('nginx/confab.conf.template', {
    CONFAB_WEB: '127.0.0.1:3000', CONFAB_API: '127.0.0.1:4000', CONFAB_SOCKETS: '127.0.0.1:5000',
    HTTP_LISTEN: '127.0.0.1:8080', HTTPS_LISTEN: '127.0.0.1:8443', PUBLIC_ORIGIN: 'https://localhost',
    TLS_CERTIFICATE: certificate, TLS_KEY: key, ACCESS_LOG: path.join(dir, 'access.log'), ...values,
  }));
  return run('nginx', ['-t', '-p', `${dir}/`, '-c', path.join(dir, 'nginx.conf'), '-e', 'stderr']);
}

test('nginx takes the configuration without a warning', async (t) => {
  const { status, text } = await check(t, {});
  assert.equal(status, 0, text);
  assert.doesNotMatch(text.replace(/setrlimit.*|worker_connections exceed.*/g, ''), /\[(warn|error|emerg)\]/, text);
});

test('and with several servers behind it', async (t) => {
  const { status, text } = await check(t, { CONFAB_API: '127.0.0.1:4000 127.0.0.1:4001', CONFAB_SOCKETS: '127.0.0.1:4000 127.0.0.1:4001' });
  assert.equal(status, 0, text);
});
