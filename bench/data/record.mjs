#!/usr/bin/env node
// Records what a real Chromium sends: sizes, markers and times of the packets of one camera and one
// microphone, published by the web app to our server. Writes lines of `kind,offset_us,bytes,marker`
// (bench/media/trace.h) to standard output, beginning with a frame.
//
//   node bench/data/record.mjs [seconds, default 10] > bench/data/chromium_720p.csv
//
// The server announces 127.0.0.2, where a relay of this script notes what passes and hands it on to
// the server at 127.0.0.1; RTP headers are readable under SRTP. The camera is a file that is made
// here: 720p at 30 frames per second, a picture with texture that pans and flickers, so that the
// encoder has as much to do as the web app's 1.5 Mbit/s allow. Needs build/release/confab, the built
// web app (ui/out, or CONFAB_WEB_ROOT) and the packages of tests/ (npm ci).
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { open, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { launchChromium, newPage } from '../../tests/browser/lib/chromium.mjs'
import { join as joinRoom } from '../../tests/browser/lib/room.mjs'
import { startConfab } from '../macro/lib/server.mjs'

const seconds = Number(process.argv[2] ?? 10)
const binary = fileURLToPath(new URL('../../build/release/confab', import.meta.url))
// Chromium's bandwidth estimation starts at 300 kbit/s and takes some seconds to the top.
const warmUpSeconds = 15

async function makeCamera(file) {
  const [width, height, frames] = [1280, 720, 60]
  const out = await open(file, 'w')
  await out.write(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`)
  let seed = 1
  const noise = () => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16) & 0xff
  const texture = Uint8Array.from({ length: 512 * 512 }, noise)
  const chroma = Buffer.alloc((width * height) / 2, 128)
  const luma = Buffer.alloc(width * height)
  for (let frame = 0; frame < frames; ++frame) {
    for (let y = 0; y < height; ++y) {
      for (let x = 0; x < width; ++x) {
        // Coarse texture that pans, and a head-sized patch that changes more.
        const tile = texture[((y >> 3) & 511) * 512 + (((x + 4 * frame) >> 3) & 511)]
        const isPatch = x > 480 && x < 800 && y > 200 && y < 560
        const fine = isPatch ? texture[((y * 7 + frame * 13) & 511) * 512 + ((x + frame * 3) & 511)] >> 3 : 0
        luma[y * width + x] = 64 + (tile >> 1) + fine
      }
    }
    await out.write('FRAME\n')
    await out.write(luma)
    await out.write(chroma)
  }
  await out.close()
}

// Hands datagrams on between the browser's addresses and the server; `onPacket` sees those of RTP.
async function startRelay(port, onPacket) {
  const front = createSocket('udp4')
  front.bind(port, '127.0.0.2')
  await once(front, 'listening')
  const behind = new Map()
  front.on('message', (bytes, from) => {
    const at = process.hrtime.bigint()
    const isRtp = bytes[0] >= 128 && bytes[0] < 192 && !(bytes[1] >= 192 && bytes[1] <= 223)
    if (isRtp) onPacket(at, bytes)
    const name = `${from.address}:${from.port}`
    let socket = behind.get(name)
    if (!socket) {
      socket = createSocket('udp4')
      socket.on('message', (answer) => front.send(answer, from.port, from.address))
      behind.set(name, socket)
    }
    socket.send(bytes, port, '127.0.0.1')
  })
  return () => [front, ...behind.values()].forEach((socket) => socket.close())
}

const keepConnections = () => {
  const Original = window.RTCPeerConnection
  window.connections = []
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args)
      window.connections.push(this)
    }
  }
}
// { ssrc: 'audio' | 'video' } of what the page sends, retransmission aside, and its pictures' size.
const outbound = async () => {
  const kinds = {}
  let size = ''
  for (const connection of window.connections) {
    for (const stats of (await connection.getStats()).values()) {
      if (stats.type !== 'outbound-rtp') continue
      kinds[stats.ssrc] = stats.kind
      if (stats.frameWidth) size = `${stats.frameWidth}x${stats.frameHeight}`
    }
  }
  return { kinds, size }
}

const packets = []
let isRecording = false
const folder = await mkdtemp(join(tmpdir(), 'confab-record-'))
const camera = join(folder, 'camera.y4m')
await makeCamera(camera)
const server = await startConfab(binary, {
  mediaAddress: '127.0.0.1=127.0.0.2',
  args: ['--media-shards', '1', '--media-tcp', 'false'],
})
const stopRelay = await startRelay(server.mediaPort, (at, bytes) => {
  if (isRecording) {
    packets.push({ at, ssrc: bytes.readUInt32BE(8), bytes: bytes.length, marker: bytes[1] >> 7 })
  }
})
const browser = await launchChromium({ args: [`--use-file-for-fake-video-capture=${camera}`] })
let sent
try {
  const room = await (await fetch(`${server.url}/api/rooms`, { method: 'POST' })).json()
  const page = await newPage(browser)
  await page.addInitScript(keepConnections)
  const origin = server.url.replace('127.0.0.1', 'localhost')
  await joinRoom(page, server, room.code, 'Recorded', { query: 'codec=vp8&simulcast=0', origin })
  await sleep(warmUpSeconds * 1000)
  isRecording = true
  await sleep(seconds * 1000)
  isRecording = false
  sent = await page.evaluate(outbound)
} finally {
  await browser.close()
  stopRelay()
  await server.stop()
  await rm(folder, { recursive: true })
}

const media = packets.map((packet) => ({ ...packet, kind: sent.kinds[packet.ssrc] })).filter(({ kind }) => kind)
// From the first frame that is whole to the last.
const ends = media.flatMap(({ kind, marker }, i) => (kind === 'video' && marker ? [i] : []))
const first = media.findIndex(({ kind }, i) => kind === 'video' && i > ends[0])
const whole = media.slice(first, ends.at(-1) + 1)
const video = whole.filter(({ kind }) => kind === 'video')
const length = Number(whole.at(-1).at - whole[0].at) / 1e9
const rate = (video.reduce((sum, { bytes }) => sum + bytes, 0) * 8) / length / 1e6
const chromium = execFileSync('/usr/bin/chromium', ['--version', '--no-sandbox'], { encoding: 'utf8' }).trim()
const lines = [
  `# ${chromium}: VP8 ${sent.size}, one layer, ${rate.toFixed(2)} Mbit/s, and opus; ${length.toFixed(1)} s over`,
  '# loopback to confab serve, made by bench/data/record.mjs. Whole SRTP packets (AEAD_AES_128_GCM).',
  '# kind,offset_us,bytes,marker',
  ...whole.map(({ at, kind, bytes, marker }) =>
    [kind, Math.round(Number(at - whole[0].at) / 1000), bytes, marker].join(',')),
]
process.stdout.write(`${lines.join('\n')}\n`)
