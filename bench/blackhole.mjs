// The measurements of bench/blackhole, which makes the network that they run in. Writes one JSON
// document, a row for each measurement.
import { availableParallelism } from 'node:os'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { flags, runJson } from './macro/lib/programs.mjs'
import { machine } from './macro/lib/report.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const { values: options } = parseArgs({
  options: {
    device: { type: 'string' },
    out: { type: 'string' },
    build: { type: 'string', default: join(here, '..', 'build', 'release') },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    realtime: { type: 'boolean', default: false },
  },
})
const trace = join(here, 'data', 'chromium_720p.csv')
const bursts = { publishers: 1, receivers: 100 }
const recorded = { publishers: 25, receivers: 50, trace }
const measurements = {
  '1-100-gcm': { program: 'forward_engine', ...bursts },
  '1-100-ctr': { program: 'forward_engine', ...bursts, profile: 'ctr' },
  '25-50-gcm': { program: 'forward_engine', ...recorded },
  '25-50-ctr': { program: 'forward_engine', ...recorded, profile: 'ctr' },
  // Takes so long this way that bursts have to be rare.
  '1-100-gcm-one-by-one': { program: 'forward_one_by_one', ...bursts, 'tick-us': 100_000 },
  '1-100-ctr-one-by-one': { program: 'forward_one_by_one', ...bursts, 'tick-us': 100_000, profile: 'ctr' },
}

// One core each where there are two: the forwarder's thread may not share with its publishers.
const pinned = availableParallelism() > 1 ? { cpu: 1, 'generator-cpu': 0 } : {}
const prefix = options.realtime ? ['chrt', '-f', '5'] : []

function forward({ program, ...load }) {
  const asked = { address: '10.99.0.1', 'first-receiver': '10.99.1.0', seconds: options.seconds, ...pinned, ...load }
  return runJson([...prefix, join(options.build, 'bench', program), ...flags(asked)])
}

// 25 publishers, and ever more receivers until more than 0.1 % is lost: the most that one core
// forwards. The publishers' load stays the same; packets for a receiver are as many and as large.
async function ramp() {
  const steps = []
  for (let receivers = 50; receivers <= 1000; receivers = Math.ceil(receivers * 1.2)) {
    const row = await forward({ program: 'forward_engine', ...recorded, receivers })
    steps.push(row)
    console.error(`  ${receivers} receivers: ${Math.round(row.packets_per_second)} packets/s, ` +
      `${(row.core_share * 100).toFixed(0)} % of a core, ${(row.loss * 100).toFixed(3)} % lost`)
    if (row.loss > 0.001) break
  }
  const clean = steps.filter(({ loss }) => loss <= 0.001).at(-1)
  return { name: 'most-on-one-core', packets_per_second: clean?.packets_per_second, steps }
}

const rows = []
for (const [name, measurement] of Object.entries(measurements)) {
  if (!name.includes(options.only)) continue
  const row = await forward(measurement)
  console.error(`${name}: ${row.ns_per_packet} ns per packet (${row.user_ns_per_packet} user, ` +
    `${row.system_ns_per_packet} kernel), ${row.packets_per_skb} packets per skb, ${(row.loss * 100).toFixed(3)} % lost`)
  rows.push({ name, ...row })
}
if (!options.quick && 'most-on-one-core'.includes(options.only)) {
  console.error('most-on-one-core:')
  rows.push(await ramp())
}
if (rows.length === 0) throw new Error(`no measurement is called like ${options.only}`)
const report = { benchmark: 'blackhole', machine: machine(), device: options.device, realtime: options.realtime, rows }
const text = `${JSON.stringify(report, undefined, 2)}\n`
if (options.out) await writeFile(options.out, text)
else process.stdout.write(text)
