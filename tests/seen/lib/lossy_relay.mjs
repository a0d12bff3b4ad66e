// A way to a media port that loses packets: listens where the server says that it is, and passes on to
// where it listens. For each client a socket of its own, so that the server tells them apart.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export async function startLossyRelay(t, { listen, to, port, ports = 1, loss }) {
  const sockets = [];
  const loses = () => Math.random() < loss.share;
  const open = async (address, number) => {
    const socket = createSocket('udp4');
    sockets.push(socket);
    socket.bind(number, address);
    await once(socket, 'listening');
    return socket;
  };
  for (let n = 0; n < ports; ++n) {
    const door = await open(listen, port + n);
    const clients = new Map();
    door.on('message', async (packet, from) => {
      const key = `${from.address}:${from.port}`;
      if (!clients.has(key)) {
        clients.set(key, open('127.0.0.1', 0).then((socket) => {
          socket.on('message', (answer) => { if (!loses()) door.send(answer, from.port, from.address); });
          return socket;
        }));
      }
      const socket = await clients.get(key);
      if (!loses()) socket.send(packet, port + n, to);
    });
  }
  t.after(() => sockets.forEach((socket) => socket.close()));
}
