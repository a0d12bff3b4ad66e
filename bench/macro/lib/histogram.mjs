// Prometheus histograms: read from the text format, subtracted, and asked for percentiles.

// {bound: cumulative count}, summed over the other labels; the last bound is Infinity.
export function readHistogram(text, name) {
  const buckets = new Map()
  for (const line of text.split('\n')) {
    const found = new RegExp(`^${name}_bucket\\{.*le="([^"]+)".*\\} (\\S+)`).exec(line)
    if (!found) continue
    const bound = found[1] === '+Inf' ? Infinity : Number(found[1])
    buckets.set(bound, (buckets.get(bound) ?? 0) + Number(found[2]))
  }
  return buckets
}

// What came between two readings, in milliseconds: {count, p50_ms, p99_ms}. Within a bucket values are
// taken to be spread evenly; what is above the last finite bound is said to be that bound.
export function delayBetween(before, after) {
  const buckets = [...after].sort(([a], [b]) => a - b).map(([bound, n]) => [bound, n - (before.get(bound) ?? 0)])
  const count = buckets.at(-1)?.[1] ?? 0
  const percentile = (share) => {
    const wanted = share * count
    let lower = 0
    let below = 0
    for (const [bound, n] of buckets) {
      if (n >= wanted && n > below) {
        return bound === Infinity ? lower : lower + ((bound - lower) * (wanted - below)) / (n - below)
      }
      lower = bound
      below = n
    }
    return lower
  }
  return { count, p50_ms: percentile(0.5) * 1000, p99_ms: percentile(0.99) * 1000 }
}
