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

// prefix: what the server is run under. args: further flags; the last one of a name counts.
export async function startConfab(binary, { prefix = [], args = [], mediaAddress = '127.0.0.1' } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'confab-bench-'))
  const [http, admin, media] = await Promise.all([freePort(), freePort(), freePort()])
  const [program, ...first] = [...prefix, binary]
  const child = spawn(
    program,
    [
      ...first,
      ...['serve', '--http', `127.0.0.1:${http}`, '--admin', `127.0.0.1:${admin}`],
      ...['--media-address', mediaAddress, '--media-port', String(media), '--data', data, ...args],
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        CONFAB_CALL_PARTICIPANTS_MAX: '1000',
        CONFAB_CALL_PARTICIPANTS_PER_ADDRESS_MAX: '1000',
      },
    },
  )
  let complaints = ''
  child.stderr.on('data', (text) => (complaints += text))
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const url = `http://127.0.0.1:${http}`
  for (let i = 0; ; ++i) {
    const answer = await fetch(`${url}/livez`).catch(() => undefined)
    if (answer?.ok) break
    if (i === 100 || child.exitCode !== null) {
      child.kill('SIGKILL')
      throw new Error(`confab serve does not answer: ${complaints.trim() || 'no word from it'}`)
    }
    await sleep(100)
  }
  return {
    url,
    pid: child.pid,
    mediaPort: media,
    // The text format; empty where the server has no metrics.
    async metricsText() {
      const answer = await fetch(`http://127.0.0.1:${admin}/metrics`).catch(() => undefined)
      return answer?.ok ? answer.text() : ''
    },
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(late)
      await rm(data, { recursive: true, force: true })
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
