// A confab of our own for one measurement: started on loopback with free ports, read, stopped.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

// One process; answers when it does. prefix: what it is run under.
async function startRole(binary, role, { prefix, args, env = {}, livez }) {
  const [program, ...first] = [...prefix, binary]
  const child = spawn(program, [...first, role, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      CONFAB_CALL_PARTICIPANTS_MAX: '1000',
      CONFAB_CALL_PARTICIPANTS_PER_ADDRESS_MAX: '1000',
      ...env,
    },
  })
  let complaints = ''
  child.stderr.on('data', (text) => (complaints += text))
  const ended = new Promise((resolve) => child.on('exit', resolve))
  for (let i = 0; ; ++i) {
    const answer = await fetch(livez).catch(() => undefined)
    if (answer?.ok) break
    if (i === 100 || child.exitCode !== null) {
      child.kill('SIGKILL')
      throw new Error(`confab ${role} does not answer: ${complaints.trim() || 'no word from it'}`)
    }
    await sleep(100)
  }
  return {
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(late)
    },
  }
}

// The text format; empty where the server has no metrics.
const metricsOf = (admin) => async () => {
  const answer = await fetch(`http://127.0.0.1:${admin}/metrics`).catch(() => undefined)
  return answer?.ok ? answer.text() : ''
}

const newFolder = () => mkdtemp(join(tmpdir(), 'confab-bench-'))
const removeFolder = (data) => rm(data, { recursive: true, force: true })
const freePorts = (count) => Promise.all(Array.from({ length: count }, freePort))

// args: further flags; the last one of a name counts.
export async function startConfab(binary, { prefix = [], args = [], mediaAddress = '127.0.0.1' } = {}) {
  const data = await newFolder()
  const [http, admin, media] = await freePorts(3)
  const url = `http://127.0.0.1:${http}`
  const server = await startRole(binary, 'serve', {
    prefix,
    args: [
      ...['--http', `127.0.0.1:${http}`, '--admin', `127.0.0.1:${admin}`],
      ...['--media-address', mediaAddress, '--media-port', String(media), '--data', data, ...args],
    ],
    livez: `${url}/livez`,
  })
  return {
    url,
    pid: server.pid,
    mediaPort: media,
    metricsText: metricsOf(admin),
    async stop() {
      await server.stop()
      await removeFolder(data)
    },
  }
}

// The same as a signaling and a media node. What is measured of it is the media node alone; `args`
// are that one's.
export async function startApart(binary, { prefix = [], args = [] } = {}) {
  const data = await newFolder()
  const [http, admin, media, rpc, signalingAdmin] = await freePorts(5)
  const url = `http://127.0.0.1:${http}`
  const env = { CONFAB_RPC_SECRET: 's'.repeat(64), CONFAB_AUTH_TOKEN_KEY: '0'.repeat(64) }
  const node = await startRole(binary, 'media', {
    prefix,
    args: [
      ...['--node', '1', '--rpc-listen', `127.0.0.1:${rpc}`, '--admin', `127.0.0.1:${admin}`],
      ...['--media-address', '127.0.0.1', '--media-port', String(media), '--data', join(data, 'media'), ...args],
    ],
    env,
    livez: `http://127.0.0.1:${admin}/livez`,
  })
  const signaling = await startRole(binary, 'signaling', {
    prefix,
    args: [
      ...['--http', `127.0.0.1:${http}`, '--admin', `127.0.0.1:${signalingAdmin}`],
      ...['--media-node', `1=127.0.0.1:${rpc}`, '--data', join(data, 'signaling')],
    ],
    env,
    livez: `http://127.0.0.1:${signalingAdmin}/readyz`,
  })
  return {
    url,
    pid: node.pid,
    mediaPort: media,
    metricsText: metricsOf(admin),
    async stop() {
      await signaling.stop()
      await node.stop()
      await removeFolder(data)
    },
  }
}

// The text format: `name{labels} value`, lines with # aside. With `label` only samples that have it,
// as it stands there: reason="egress_shed".
export function sumByName(text, label = '') {
  const sums = {}
  for (const line of text.split('\n')) {
    const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line)
    if (!found || !(found[2] ?? '').includes(label)) continue
    sums[found[1]] = (sums[found[1]] ?? 0) + Number(found[3])
  }
  return sums
}
