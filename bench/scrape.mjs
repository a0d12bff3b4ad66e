#!/usr/bin/env node
// What being scraped costs a server: processor time for each packet out, by turns with a scrape every
// five seconds and without any, under the same load; and of one scrape, asked for back to back. CPU of
// the process, not time on the wall, so others on the machine blur it less.
//   node bench/scrape.mjs [TURNS] [SECONDS]      CONFAB_BINARY names another executable
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { binary, Server } from '../tests/browser/lib/server.mjs';

const turns = Number(process.argv[2] ?? 5), seconds = Number(process.argv[3] ?? 20);
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// proc(5): utime and stime are the 14th and 15th field, in ticks of 10 ms; the name before may hold blanks.
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const server = await Server.start({ args: ['--media-shards', '2'] });
const scrape = async () => (await fetch(`${server.adminUrl}/metrics`)).text();
const packets = async () => [...(await scrape()).matchAll(/^confab_media_packets_sent_total\S* (\S+)$/gm)].reduce((sum, [, value]) => sum + Number(value), 0);
const load = spawn(binary, ['loadtest', '--url', server.url, '--quiet', '--rooms', '2', '--participants', '5', '--video-bitrate', '500000',
  '--duration', String(turns * 2 * seconds + 60)], { stdio: 'ignore' });
const loadEnds = once(load, 'exit');

async function turn(isScraped) {
  const [cpu, sent] = [cpuSeconds(server.child.pid), await packets()];
  for (let left = seconds; left > 0; left -= 5) {
    if (isScraped) await scrape();
    await sleep(Math.min(5, left) * 1000);
  }
  const used = cpuSeconds(server.child.pid) - cpu, out = (await packets()) - sent;
  return { usPerPacket: (used * 1e6) / out, percentOfACore: (used * 100) / seconds, packetsPerSecond: out / seconds };
}

try {
  while ((await packets()) < 10_000) await sleep(500);
  const results = { without: [], with: [] };
  for (let n = 0; n < turns; ++n) {
    results.without.push(await turn(false));
    results.with.push(await turn(true));
  }
  load.kill('SIGTERM');
  await loadEnds;
  await sleep(1000);
  const many = 200, before = cpuSeconds(server.child.pid);
  let text = '';
  for (let n = 0; n < many; ++n) text = await scrape();
  const msPerScrape = ((cpuSeconds(server.child.pid) - before) * 1000) / many;
  const of = (rows, key) => ({ median: median(rows.map((row) => row[key])), all: rows.map((row) => Number(row[key].toFixed(3))) });
  console.log(JSON.stringify({
    us_per_packet: { without: of(results.without, 'usPerPacket'), with: of(results.with, 'usPerPacket') },
    packets_per_second: median([...results.without, ...results.with].map((row) => row.packetsPerSecond)),
    scrape: { ms: msPerScrape, bytes: text.length, lines: text.split('\n').length, percent_of_a_core_at_5_s: msPerScrape / 50 },
  }, null, 1));
} finally {
  load.kill('SIGTERM');
  await server.stop();
}
