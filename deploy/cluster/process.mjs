// One process of the cluster: started apart from us, found again by its pid, and never mistaken for
// another that has got the number since.
import { spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { get } from 'node:http';

export const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// When the process began, in the kernel's ticks; nothing where there is none, or only its corpse.
export function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : { ticks: Number(fields[19]), state: fields[0] };
  } catch {
    return undefined;
  }
}

// spec: { command, args, cwd, env, uid, gid, log, stopSignal }. What is to be remembered of it.
export async function launch(spec) {
  const log = openSync(spec.log, 'a', 0o600);
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd, env: { PATH: process.env.PATH, ...spec.env }, uid: spec.uid, gid: spec.gid,
    detached: true, stdio: ['ignore', log, log],
  });
  closeSync(log);
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  return { pid: child.pid, ticks: startOf(child.pid)?.ticks };
}

export const isAlive = ({ pid, ticks }) => ticks !== undefined && startOf(pid)?.ticks === ticks;

export function stateOf(running) {
  if (!isAlive(running)) return 'dead';
  return startOf(running.pid).state === 'T' ? 'stopped' : 'up';
}

// To the process, or to all of its group: a stopped postmaster alone stops none of its backends.
export function signal(running, name, { group = false } = {}) {
  if (!isAlive(running)) return false;
  process.kill(group ? -running.pid : running.pid, name);
  return true;
}

export async function untilDead(running, ms) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) {
    if (!isAlive(running)) return true;
  }
  return false;
}

const probes = {
  tcp: ({ host, port }) => new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 500 });
    const end = (isUp) => { socket.destroy(); resolve(isUp); };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  }),
  http: ({ host, port, path }) => new Promise((resolve) => {
    const request = get({ host, port, path, timeout: 500 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  }),
};

// ready: { kind, host, port, path }. Throws with the end of its log if it dies, or is not up in time.
export async function untilReady(name, running, ready, log, ms = 15_000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(30)) {
    if (!isAlive(running)) break;
    if (await probes[ready.kind](ready)) return;
  }
  const said = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
  throw new Error(`${name} did not come up; its log ends with\n${said}`);
}
