// Programs that end with one JSON object on standard output.
import { spawn } from 'node:child_process'

export function runJson(command, { quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const [program, ...args] = command
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', quiet ? 'ignore' : 'inherit'] })
    let output = ''
    child.stdout.on('data', (text) => (output += text))
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code !== 0) return reject(new Error(`${command.join(' ')}: exit code ${code}`))
      resolve(JSON.parse(output))
    })
  })
}

// {a: 1, b: true} as --a 1 --b; false and undefined are left out.
export const flags = (options) =>
  Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    return value === true ? [`--${name}`] : [`--${name}`, String(value)]
  })
