// A Janus of our own for one measurement: the installed one with its videoroom and its WebSocket
// transport, configured in a folder of its own, on an address that is not loopback.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const port = 8188
const others = (names) => names.map((name) => `libjanus_${name}.so`).join(',')
const plugins = ['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'streaming', 'textroom', 'videocall', 'voicemail']
const transports = ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq']

const files = (folder, address) => ({
  'janus.jcfg': `
    general: { configs_folder = "${folder}", debug_level = 2, session_timeout = 0 }
    plugins: { disable = "${others(plugins)}" }
    transports: { disable = "${others(transports)}" }`,
  'janus.transport.websockets.jcfg': `
    general: { json = "compact", ws = true, ws_port = ${port}, ws_ip = "${address}" }`,
  'janus.plugin.videoroom.jcfg': 'general: { }',
})

// "1.1.2"; undefined where there is none. Janus ends with an error after it said its version.
export const janusVersion = () => /\(([\d.]+)\)/.exec(spawnSync('janus', ['--version'], { encoding: 'utf8' }).stdout)?.[1]

const answers = (address) =>
  new Promise((resolve) => {
    const socket = connect(port, address)
    socket.on('connect', () => socket.end(() => resolve(true)))
    socket.on('error', () => resolve(false))
  })

export async function startJanus(address, { prefix = [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'confab-janus-'))
  for (const [name, text] of Object.entries(files(folder, address))) await writeFile(join(folder, name), text)
  const [program, ...args] = [...prefix, 'janus', '-F', folder, '-C', join(folder, 'janus.jcfg'), '--disable-colors']
  const child = spawn(program, args, { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  for (let i = 0; !(await answers(address)); ++i) {
    if (i === 100 || child.exitCode !== null) {
      child.kill('SIGKILL')
      throw new Error('janus does not answer')
    }
    await sleep(100)
  }
  return {
    url: `http://${address}:${port}`,
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(late)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
