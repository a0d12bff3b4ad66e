// What `perf script` prints, as folded stacks ("main;run;send 17"), as shares of symbols, and as a
// flame graph.

// Samples begin in column 1 and hold one line for each frame, innermost first, until an empty line.
export function fold(perfScript) {
  const counts = new Map()
  let frames
  const take = () => {
    if (frames?.length) {
      const stack = frames.reverse().join(';')
      counts.set(stack, (counts.get(stack) ?? 0) + 1)
    }
    frames = undefined
  }
  for (const line of perfScript.split('\n')) {
    if (line === '') take()
    else if (!/^\s/.test(line)) frames = []
    else frames?.push(symbolOf(line))
  }
  take()
  return counts
}

// "  7f1 confab::sfu::Egress::poll(std::...)+0x1b (/path/confab)": the name, without parameters,
// the distance and template arguments that only make it long.
function symbolOf(line) {
  const [, name = '', file = ''] = /^\s+[0-9a-f]+ (.*?)(?:\+0x[0-9a-f]+)? \(([^()]*)\)$/.exec(line) ?? []
  if (name === '' || name === '[unknown]') return `[${file.split('/').at(-1)}]`
  return name.replace(/\(anonymous namespace\)/g, '').replace(/\((?!\)).*/, '').replace(/::::/g, '::').replaceAll(';', ':')
}

const rank = (counts, total) => [...counts].map(([symbol, count]) => [symbol, count / total]).sort((a, b) => b[1] - a[1])

// [[symbol, share of the samples]], largest first: of those in which it was running itself, or, with
// `inclusive`, it or what it called.
export function shares(folded, { inclusive = false } = {}) {
  const counts = new Map()
  let total = 0
  for (const [stack, count] of folded) {
    const symbols = stack.split(';')
    for (const symbol of inclusive ? new Set(symbols) : symbols.slice(-1)) {
      counts.set(symbol, (counts.get(symbol) ?? 0) + count)
    }
    total += count
  }
  return rank(counts, total)
}

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

// The widths are shares of the samples; who called whom stands from the bottom up.
export function flameGraph(folded, title) {
  const root = { name: title, count: 0, children: new Map() }
  for (const [stack, count] of folded) {
    let node = root
    node.count += count
    for (const name of stack.split(';')) {
      if (!node.children.has(name)) node.children.set(name, { name, count: 0, children: new Map() })
      node = node.children.get(name)
      node.count += count
    }
  }
  const [width, row] = [1600, 17]
  const boxes = []
  let depthMax = 0
  const draw = (node, x, depth) => {
    const w = (node.count / root.count) * width
    if (w < 0.5) return
    depthMax = Math.max(depthMax, depth)
    boxes.push({ x, depth, w, name: node.name, share: node.count / root.count })
    let at = x
    for (const child of [...node.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      draw(child, at, depth + 1)
      at += (child.count / root.count) * width
    }
  }
  draw(root, 0, 0)
  const height = (depthMax + 1) * row
  const hue = (name) => [...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 50, 7)
  const shapes = boxes.map(({ x, depth, w, name, share }) => {
    const y = height - (depth + 1) * row
    const letters = Math.floor(w / 6.5)
    const label = letters > 3 ? escape(name.slice(0, letters)) : ''
    return (
      `<g><title>${escape(name)} ${(share * 100).toFixed(2)} %</title>` +
      `<rect x="${x.toFixed(1)}" y="${y}" width="${w.toFixed(1)}" height="${row - 1}" fill="hsl(${hue(name)},80%,65%)"/>` +
      `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${label}</text></g>`
    )
  })
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace" font-size="11">` +
    `${shapes.join('\n')}</svg>\n`
  )
}
