// Ports that nobody has, below those that the kernel gives to outgoing connections.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

async function isFree(port, address) {
  const tcp = createServer();
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const closed = Promise.all([once(tcp, 'close'), once(udp, 'close')]);
  try {
    const up = Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
    tcp.listen(port, address);
    udp.bind(port, address);
    await up;
    return true;
  } catch {
    return false;
  } finally {
    tcp.close();
    udp.close();
    await Promise.race([closed.catch(() => {}), new Promise((resolve) => { setTimeout(resolve, 100); })]);
  }
}

// The first of `count` in a row, free for TCP and UDP, and none that was given out before.
export class Ports {
  constructor(address) {
    this.address = address;
    this.taken = new Set();
    const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
    this.end = Math.max(first, 12_000);
  }

  async take(count = 1) {
    for (let attempt = 0; attempt < 200; ++attempt) {
      const first = 10_000 + Math.floor(Math.random() * (this.end - 10_000 - count));
      const row = Array.from({ length: count }, (_, i) => first + i);
      if (row.some((port) => this.taken.has(port))) continue;
      const free = await Promise.all(row.map((port) => isFree(port, this.address)));
      if (!free.every(Boolean)) continue;
      for (const port of row) this.taken.add(port);
      return first;
    }
    throw new Error(`there are no ${count} free ports in a row on ${this.address}`);
  }
}
