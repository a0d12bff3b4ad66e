// Rows of results as a Markdown table, and the machine they are from.
import { cpus, release, totalmem } from 'node:os'

export const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
})

const number = (value, digits) =>
  typeof value === 'number' && Number.isFinite(value) ? value.toFixed(digits) : '–'
const delay = (d) => (d?.count ? `${number(d.p50_ms, 2)} / ${number(d.p99_ms, 2)}` : '–')

const columns = [
  ['profile', (row) => row.title],
  ['server', (row) => row.server],
  ['packets/s', (row) => number(row.packets_per_second, 0)],
  ['CPU µs/packet', (row) => number(row.cpu_us_per_packet, 2)],
  ['floor µs', (row) => number(row.floor?.cpu_us_per_packet, 2)],
  ['ratio', (row) => number(row.ratio_to_floor, 2)],
  ['packets/skb', (row) => number(row.packets_per_skb, 2)],
  ['audio p50/p99 ms', (row) => delay(row.audio_delay)],
  ['video p50/p99 ms', (row) => delay(row.video_delay)],
  ['added p50/p99 ms', (row) => delay(row.added_delay)],
  ['loss %', (row) => number(row.loss * 100, 3)],
  ['kB/participant', (row) => number(row.resident_bytes_per_participant / 1000, 0)],
  ['joins/s', (row) => number(row.joins.per_second, 1)],
  ['ICE+DTLS p50/p99 ms', (row) => delay(row.joins.media)],
  ['generator µs/packet', (row) => number(row.generator_us_per_packet, 2)],
]

// The same meeting, before and while others join.
const describeDuring = ({ title, audio_delay, video_delay, added_delay, during }) => [
  `${title}: ${during.joins.ready} joined at ${number(during.joins.per_second, 0)}/s ` +
    `(ICE+DTLS p50/p99 ${delay(during.joins.media)} ms); the meeting's delay p50/p99 was ` +
    `${delay(audio_delay)} ms for audio and ${delay(video_delay)} ms for video before, ` +
    `${delay(during.audio_delay)} and ${delay(during.video_delay)} ms meanwhile; ` +
    `what the server added, ${delay(added_delay)} before and ${delay(during.added_delay)} meanwhile.`,
  '',
]

// How far it went before the row, and what came after it.
const describeSteps = ({ steps }) => [
  ...steps.map(
    ({ subscribers, packets_per_second, loss, shed, server_cores, generator_cores }) =>
      `- 25 to ${subscribers}: ${number(packets_per_second, 0)} packets/s, ${number(loss * 100, 3)} % lost, ` +
      `${number(shed * 100, 3)} % left out; the server used ${number(server_cores, 2)} cores, the generator ${number(generator_cores, 2)}`,
  ),
  '',
]

export function toMarkdown({ machine: m, date, build, seconds, placement, realtime, awake, rows, failures }) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [
    `# confab under load`,
    '',
    `${date}, build ${build}, ${m.cpu}, ${m.cores} cores, Linux ${m.kernel}; ${seconds} s each, ` +
      `generator and server on this machine (${placement}${realtime ? ', at real-time priority' : ''}${awake ? ', no core halted when idle' : ''}). CPU is the server's user and system time per packet ` +
      `that a subscriber received, delivery over loopback included; the floor is ` +
      `bench/floor_loopback with the same traffic in the same run.`,
    '',
    line(columns.map(([name]) => name)),
    line(columns.map((_, i) => (i < 2 ? '---' : '---:'))),
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
    '',
    ...rows.filter((row) => row.during).flatMap(describeDuring),
    ...rows.filter((row) => row.steps).flatMap(describeSteps),
    ...failures.map((failure) => `- ${failure}`),
  ].join('\n')
}
