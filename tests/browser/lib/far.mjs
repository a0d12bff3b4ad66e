// A browser behind an emulated link (linkemu/main.cpp): a namespace of its own at 10.77.2.2, which
// reaches the server at 10.77.2.1 and nothing else.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchChromium } from './chromium.mjs';
import { binary } from './server.mjs';

export const kNear = '10.77.2.1';
const kFar = '10.77.2.2';
const kDevice = 'link0';
// So much too late, and what was seen is the computer's fault, not the link's.
const kLateMsMax = 50;

export class FarLink {
  // profile: as sim/link/profile_text.h reads it; a is the server's side: ab.rate is the way down.
  static async open(profile, seed = 1) {
    const namespace = process.env.CONFAB_TEST_FAR_NS;
    if (!namespace) throw new Error('run by tests/browser/run');
    const link = new FarLink();
    link.namespace = namespace;
    link.folder = mkdtempSync(path.join(tmpdir(), 'confab-far-'));
    link.write(profile);
    link.log = path.join(link.folder, 'log.jsonl');
    const program = path.join(path.dirname(binary), 'tests/browser/linkemu');
    link.process = spawn(program, ['-', kDevice, namespace, kDevice, link.file, String(seed), link.log],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = await Promise.race([
      once(link.process.stdout, 'data'),
      once(link.process, 'exit').then(([code]) => { throw new Error(`linkemu ended with ${code}`); }),
    ]);
    if (String(said).trim() !== 'ready') throw new Error(`linkemu said ${said}`);
    const ip = (...args) => execFileSync('ip', args);
    for (const [where, address] of [[[], kNear], [['-n', namespace], kFar]]) {
      ip(...where, 'addr', 'add', `${address}/24`, 'dev', kDevice);
      ip(...where, 'link', 'set', kDevice, 'up', 'mtu', '1500', 'txqueuelen', '2000');
    }
    ip('-n', namespace, 'route', 'replace', 'default', 'via', kNear);
    return link;
  }

  get file() { return path.join(this.folder, 'profile'); }
  write(profile) {
    writeFileSync(this.file, Object.entries(profile).map(([key, value]) => `${key}=${value}\n`).join(''));
  }
  // From now on.
  set(profile) {
    this.write(profile);
    this.process.kill('SIGHUP');
  }

  // What the log has, a line for each tenth of a second.
  lines() {
    return readFileSync(this.log, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }
  // How late the emulator itself was of late, in ms; null where that was no matter.
  tooLate(sinceLine) {
    const worst = Math.max(0, ...this.lines().slice(sinceLine).flatMap(({ ab, ba }) => [ab.late_ms, ba.late_ms]));
    return worst > kLateMsMax ? worst : null;
  }

  async browser(args) {
    const wrapper = path.join(this.folder, 'chromium');
    writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${this.namespace} /usr/bin/chromium "$@"\n`, { mode: 0o755 });
    return launchChromium({ loopback: false, executablePath: wrapper, args });
  }

  async close() {
    if (this.process.exitCode === null) {
      this.process.kill('SIGTERM');
      await once(this.process, 'exit');
    }
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true });
  }
}
