// Prometheus' text format as the tests look at it.

// [{ family, type, help, name, labels: { key: value }, value }] of one scrape.
export function parse(text) {
  const types = new Map(), helps = new Map(), samples = [];
  for (const line of text.split('\n').filter(Boolean)) {
    const about = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (about) {
      (about[1] === 'TYPE' ? types : helps).set(about[2], about[3]);
      continue;
    }
    const sample = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!sample) throw new Error(`no sample: ${line}`);
    const [, name, inside = '', value] = sample;
    const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    const labels = Object.fromEntries([...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, said]) => [key, said]));
    samples.push({ family, type: types.get(family), help: helps.get(family), name, labels, value: Number(value) });
  }
  return samples;
}

export async function scrape(address) {
  const response = await fetch(`http://${address}/metrics`);
  if (!response.ok) throw new Error(`${address}/metrics: ${response.status}`);
  return response.text();
}
