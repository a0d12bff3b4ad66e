// Which cores the measured server and the generator get: half of them each, so that neither takes
// from the other. On one core there is nothing to divide.
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
