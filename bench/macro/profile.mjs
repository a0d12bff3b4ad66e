#!/usr/bin/env node
// Where the server's time goes under one of the profiles: perf over its process, as folded stacks, a
// flame graph and the symbols with the largest shares. Needs perf (apt install linux-perf) and the
// right to use it (root, or kernel.perf_event_paranoid at most 1 and kptr_restrict 0).
//
//   node bench/macro/profile.mjs meeting-10 [--seconds 10] [--out build/bench] [--realtime] [--awake]
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { divide, keepAwake } from './lib/cores.mjs'
import { flags, runJson } from './lib/programs.mjs'
import { startConfab } from './lib/server.mjs'
import { flameGraph, fold, shares } from './lib/stacks.mjs'
import { profiles } from './profiles.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    build: { type: 'string', default: join(root, 'build', 'release') },
    out: { type: 'string', default: join(root, 'build', 'bench') },
    realtime: { type: 'boolean', default: false },
    awake: { type: 'boolean', default: false },
  },
})
const [name] = positionals
if (!profiles[name] || profiles[name].ramp) {
  console.error(`which one? ${Object.keys(profiles).filter((key) => !profiles[key].ramp).join(' ')}`)
  process.exit(2)
}

if (options.awake) keepAwake()

const output = (program, ...args) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    let complaints = ''
    child.stdout.on('data', (part) => (text += part))
    child.stderr.on('data', (part) => (complaints += part))
    child.on('error', () => reject(new Error(`${program} is not installed: apt install linux-perf`)))
    child.on('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`${program}: ${complaints}`))))
  })

const seconds = Number(options.seconds)
const binary = join(options.build, 'confab')
const cores = divide()
const priority = options.realtime ? ['chrt', '-f', '5'] : []
const folder = await mkdtemp(join(tmpdir(), 'confab-perf-'))
const data = join(folder, 'perf.data')
const server = await startConfab(binary, {
  prefix: [...cores.server, ...priority],
  args: ['--media-shards', String(cores.shards)],
})
try {
  const { load } = profiles[name]
  const people = load.participants * (load.rooms ?? 1)
  const joining = people / (load.ramp ?? 20) + 2
  const loaded = runJson([
    ...[...cores.generator, ...priority, binary, 'loadtest', '--json', '-', '--quiet', '--url', server.url],
    ...flags({ duration: joining + seconds, threads: cores.threads, ...load }),
  ])
  await sleep(joining * 1000)
  // The timer's event is there in every virtual machine; the processor's counters are not.
  await output('perf', 'record', '-q', '-e', 'cpu-clock', '-F', '1999', '-g', '-p', String(server.pid),
    '-o', data, '--', 'sleep', String(seconds))
  await loaded
} finally {
  await server.stop()
}
const folded = fold(await output('perf', 'script', '-i', data, '-F', 'comm,tid,ip,sym,dso'))
await rm(folder, { recursive: true })
await mkdir(options.out, { recursive: true })
const file = join(options.out, `profile-${name}`)
await writeFile(`${file}.folded`, [...folded].map(([stack, count]) => `${stack} ${count}\n`).join(''))
await writeFile(`${file}.svg`, flameGraph(folded, profiles[name].title))
console.log(`${profiles[name].title}: ${file}.svg, ${file}.folded`)
const list = (rows) =>
  rows.forEach(([symbol, share]) => console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${symbol}`))
console.log('\nour functions and the system calls, with what they call:')
list(shares(folded, { inclusive: true }).filter(([symbol]) => /^(confab::|__sys_|do_epoll)/.test(symbol)).slice(0, 25))
console.log('\nby themselves:')
list(shares(folded).slice(0, 30))
