// A participant without a page: joins by the stock socket.io-client and sends no media. For rooms
// with more people in them than this machine has room for browsers.
import { io } from 'socket.io-client';

async function ghost(server, code, name) {
  const socket = io(server.url, { auth: { protocol: 1, client: 'ghost' }, transports: ['websocket'], forceNew: true });
  const ask = async (event, payload) => {
    const answer = await socket.timeout(10_000).emitWithAck(event, payload);
    if (answer.error) throw new Error(`${event}: ${answer.error.message}`);
    return answer;
  };
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  const { participantId } = await ask('join', { room: code, name });
  return { id: participantId, name, ask, leave: async () => { await ask('leave', {}); socket.disconnect(); }, vanish: () => socket.disconnect() };
}

export async function ghosts(t, server, code, names) {
  const all = [];
  t.after(() => all.forEach((each) => each.vanish()));
  for (const name of names) all.push(await ghost(server, code, name));
  return all;
}

// Lets a test put words into the server's mouth, on the page's own connection. Before the page opens.
export async function prompter(page) {
  let socket;
  await page.routeWebSocket(/\/socket\.io\//, (route) => {
    route.connectToServer();
    socket = route;
  });
  return { say: (event, payload) => socket.send(`42${JSON.stringify([event, payload])}`) };
}
