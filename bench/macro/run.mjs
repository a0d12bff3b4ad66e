#!/usr/bin/env node
// Whole meetings on this machine: starts the server, loads it, measures it, with the floor beside it
// in the same run. Writes one JSON file and one Markdown table.
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { divide, keepAwake } from './lib/cores.mjs'
import { delayBetween, readHistogram } from './lib/histogram.mjs'
import { janusVersion, startJanus } from './lib/janus.mjs'
import { flags, runJson } from './lib/programs.mjs'
import { machine, toMarkdown } from './lib/report.mjs'
import { startApart, startConfab, sumByName } from './lib/server.mjs'
import { profiles } from './profiles.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const usage = `bench/macro/run [PROFILE...]
  --seconds N   measured in each profile (10)
  --build DIR   with confab and bench/floor_loopback (build/release)
  --out DIR     for macro.json and macro.md (build/bench)
  --realtime    everything measured under chrt -f 5, for a busy machine (root)
  --awake       cores do not halt when they are idle, which makes small meetings comparable (root)
  --alone       confab only, though Janus is installed
  --apart       beside it the media node of a server that runs apart, under the same load
  --unpinned    let the kernel place server and generator; else each has half of the cores
profiles: ${Object.keys(profiles).join(' ')}`

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    build: { type: 'string', default: join(root, 'build', 'release') },
    out: { type: 'string', default: join(root, 'build', 'bench') },
    realtime: { type: 'boolean', default: false },
    awake: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
    apart: { type: 'boolean', default: false },
    unpinned: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const names = positionals.length > 0 ? positionals : Object.keys(profiles)
const unknown = names.filter((name) => !(name in profiles))
if (options.help || unknown.length > 0) {
  console.error(unknown.length > 0 ? `no such profile: ${unknown.join(' ')}\n\n${usage}` : usage)
  process.exit(options.help ? 0 : 2)
}

if (options.awake) keepAwake()
const seconds = Number(options.seconds)
const binary = join(options.build, 'confab')
const floorBinary = join(options.build, 'bench', 'floor_loopback')
const cores = options.unpinned ? divide(1) : divide()
// 5 is what is measured and what measures; less steps back for it.
const atPriority = (n) => {
  if (options.realtime) return ['chrt', '-f', String(n)]
  return n < 5 ? ['nice', '-n', '19'] : []
}

const loadtest = (server, load, more = {}, priority = 5) =>
  runJson([
    ...cores.generator,
    ...atPriority(priority),
    ...[binary, 'loadtest', '--json', '-', '--quiet', '--url', server.url],
    ...flags({ 'server-pid': server.pid, duration: seconds, threads: cores.threads, ...load, ...more }),
  ])

const placement = {
  prefix: [...cores.server, ...atPriority(5)],
  args: options.unpinned ? [] : ['--media-shards', String(cores.shards)],
}
const asOne = { name: 'confab', start: () => startConfab(binary, placement) }
const apart = { name: 'confab media', start: () => startApart(binary, placement) }

async function measureFloor(profile) {
  if (!profile.floor) return undefined
  const pinned = { cpu: cores.serverCore, 'receiver-cpu': cores.generatorCore }
  const asked = { seconds: Math.min(seconds, 5), ...pinned, ...profile.floor }
  return runJson([...atPriority(5), floorBinary, ...flags(asked)])
}

// The meeting once more, and in its middle the others come.
async function measureDuring(server, profile) {
  const meeting = loadtest(server, profile.load, { ramp: 1000 })
  const others = (async () => {
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const before = await server.metricsText()
    // The newcomers' own handshakes may not hold up the generator that measures.
    const { joins } = await loadtest(server, profile.during, { duration: 2 }, 4)
    return { joins, added_delay: addedDelay(before, await server.metricsText()) }
  })()
  const [quiet, storm] = await Promise.all([meeting, others])
  return { audio_delay: quiet.audio_delay, video_delay: quiet.video_delay, ...storm }
}

const ratio = (a, b) => (b > 0 ? a / b : undefined)

// What the generator found, as a row of the table.
const toRow = (name, server, result, floor) => ({
  profile: name,
  title: profiles[name].title,
  server,
  packets_per_second: result.media.packets_received / result.measured_seconds,
  cpu_us_per_packet: result.server.cpu_us_per_packet,
  floor,
  ratio_to_floor: ratio(result.server.cpu_us_per_packet, floor?.cpu_us_per_packet),
  audio_delay: result.audio_delay,
  video_delay: result.video_delay,
  loss: result.loss,
  resident_bytes_per_participant: result.server.resident_bytes_per_participant,
  joins: result.joins,
  generator_us_per_packet: result.generator.cpu_us_per_packet,
  loadtest: result,
})

// From the kernel taking a packet in to its having taken it out again, as the server samples it.
const addedDelay = (before, after) =>
  delayBetween(...[before, after].map((text) => readHistogram(text, 'confab_forwarding_delay_seconds')))

async function measure(name, floor, { load = profiles[name].load, subject = asOne } = {}) {
  const profile = profiles[name]
  const server = await subject.start()
  try {
    const before = await server.metricsText()
    const result = await loadtest(server, load)
    const after = await server.metricsText()
    const [earlier, later] = [sumByName(before), sumByName(after)]
    const grown = (metric) => (later[metric] ?? 0) - (earlier[metric] ?? 0)
    // Video that the server left out for want of time: no receiver misses its numbers.
    const shed = ['egress_queue_full', 'egress_shed'].map((reason) => {
      const [a, b] = [before, after].map((text) => sumByName(text, `reason="${reason}"`).confab_media_drops_total ?? 0)
      return b - a
    })
    return {
      ...toRow(name, subject.name, result, floor),
      added_delay: addedDelay(before, after),
      packets_per_skb: ratio(
        grown('confab_rtp_packets_sent_total'),
        grown('confab_rtp_messages_sent_total'),
      ),
      shed: (shed[0] + shed[1]) / (shed[0] + shed[1] + result.media.packets_received),
      during: profile.during && (await measureDuring(server, profile)),
    }
  } finally {
    await server.stop()
  }
}

const janusAddress = options.alone ? undefined : process.env.CONFAB_BENCH_JANUS_ADDRESS
// One room of plain streams is what janus_load can do.
const isForJanus = ({ load, ramp, during }) => janusAddress && !ramp && !during && !load.rooms && !load.simulcast

// Janus sends each packet by itself: one packet per skb.
async function measureJanus(name, floor) {
  const server = await startJanus(janusAddress, { prefix: [...cores.server, ...atPriority(5)] })
  try {
    const result = await runJson([
      ...[...cores.generator, ...atPriority(5), join(options.build, 'bench', 'janus_load')],
      ...flags({ url: server.url, 'server-pid': server.pid, duration: seconds, ...profiles[name].load }),
    ])
    return { ...toRow(name, `Janus ${janusVersion()}`, result, floor), packets_per_skb: 1 }
  } finally {
    await server.stop()
  }
}

// Step by step until more than 0.1 % is lost or left out, or somebody could not join. The row is the last step
// before it; on a machine with few cores it may be the generator that was too slow, so its share of
// its cores stands in each step.
async function measureMost(name) {
  const { load, ramp } = profiles[name]
  const steps = []
  let row
  for (const subscribers of ramp) {
    const participants = load.publishers + subscribers
    const step = await measure(name, undefined, { load: { ...load, subscribers, participants } })
    const { loss, shed, packets_per_second, cpu_us_per_packet, generator_us_per_packet } = step
    const share = (us) => (us * packets_per_second) / 1e6
    steps.push({
      ...{ subscribers, packets_per_second, loss, shed },
      server_cores: share(cpu_us_per_packet),
      generator_cores: share(generator_us_per_packet),
    })
    if (loss + shed > 0.001 || step.joins.failed + step.joins.lost > 0) break
    row = { ...step, title: `25 to ${subscribers}` }
  }
  return row && { ...row, steps }
}

const rows = []
const failures = []
for (const name of names) {
  const profile = profiles[name]
  console.error(`${profile.title} …`)
  const floor = await measureFloor(profile)
  const row = profile.ramp ? await measureMost(name) : await measure(name, floor)
  if (row) rows.push(row)
  if (options.apart && !profile.ramp) rows.push(await measure(name, floor, { subject: apart }))
  if (!isForJanus(profile)) continue
  try {
    rows.push(await measureJanus(name, floor))
  } catch (error) {
    // A load that is too much for the other is a result of ours, not the end of the run.
    failures.push(`${profile.title}: Janus could not be measured (${error.message.split(': ').at(-1)})`)
    console.error(failures.at(-1))
  }
}
const report = {
  machine: machine(),
  date: new Date().toISOString().slice(0, 10),
  build: execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim(),
  seconds,
  placement: options.unpinned ? 'not pinned' : cores.text,
  realtime: options.realtime,
  awake: options.awake,
  rows,
  failures,
}
await mkdir(options.out, { recursive: true })
await writeFile(join(options.out, 'macro.json'), `${JSON.stringify(report, undefined, 2)}\n`)
await writeFile(join(options.out, 'macro.md'), toMarkdown(report))
process.stdout.write(toMarkdown(report))
