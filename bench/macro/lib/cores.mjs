// Which cores the measured server and the generator get: half of them each, so that neither takes
// from the other. On one core there is nothing to divide.
import { openSync, readFileSync, writeSync } from 'node:fs'
import { availableParallelism } from 'node:os'

export function divide(cores = availableParallelism()) {
  if (cores < 2) return { server: [], generator: [], shards: 1, threads: 1, text: 'one core for both' }
  const half = Math.floor(cores / 2)
  const range = (first, count) => (count === 1 ? `${first}` : `${first}-${first + count - 1}`)
  return {
    server: ['taskset', '-c', range(half, cores - half)],
    generator: ['taskset', '-c', range(0, half)],
    serverCore: half,
    generatorCore: 0,
    shards: cores - half,
    threads: half,
    text: `server on core ${range(half, cores - half)}, generator on core ${range(0, half)}`,
  }
}

// Idle cores wait in a loop instead of halting, until this process ends: to wake a halted one, above all
// that of a virtual machine, costs more than a small meeting's packets. The kernel takes the file's
// four bytes as the latency, in us, that may be spent on waking (its PM QoS interface).
export function keepAwake() {
  try {
    // Without a driver the kernel takes the wish, and halts as before.
    const driver = readFileSync('/sys/devices/system/cpu/cpuidle/current_driver', 'utf8').trim()
    if (driver === 'none') throw new Error('no cpuidle driver')
    writeSync(openSync('/dev/cpu_dma_latency', 'w'), new Uint8Array(4))
  } catch (error) {
    console.error(`--awake needs root and a kernel with cpuidle: ${error.message}`)
    process.exit(2)
  }
}
