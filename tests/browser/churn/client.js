// A participant without a user interface, by the own event set of docs/protocol.md: comes, sends
// sound and picture until the server has them, and goes. In every way there is to go.
import { io } from 'socket.io-client';
import { Device } from 'mediasoup-client';

function request(socket, event, payload) {
  return new Promise((resolve, reject) => {
    socket.timeout(30_000).emit(event, payload, (lost, answer) => {
      if (lost) reject(lost);
      else if (answer.error) reject(new Error(`${event}: ${answer.error.message}`));
      else resolve(answer);
    });
  });
}

let tracks;

window.visit = async (url, room, name, farewell) => {
  tracks ??= (await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 180 } })).getTracks();
  const socket = io(url, { auth: { protocol: 1 }, transports: ['websocket'], forceNew: true });
  const joined = await request(socket, 'join', { room, name, transports: true });
  const device = new Device();
  await device.load({ routerRtpCapabilities: joined.routerRtpCapabilities });
  const send = device.createSendTransport(joined.transports.send);
  const recv = device.createRecvTransport(joined.transports.recv);
  const connected = [send, recv].map((transport) => {
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      request(socket, 'transport:connect', { transportId: transport.id, dtlsParameters }).then(() => done(), failed);
    });
    return new Promise((resolve) => transport.on('connectionstatechange', (state) => state === 'connected' && resolve()));
  });
  send.on('produce', ({ kind, rtpParameters }, done, failed) => {
    const source = kind === 'audio' ? 'microphone' : 'camera';
    request(socket, 'produce', { transportId: send.id, kind, rtpParameters, source }).then(({ producerId }) => done({ id: producerId }), failed);
  });
  for (const track of tracks) await send.produce({ track: track.clone() });
  await connected[0];
  const other = joined.participants.flatMap((p) => p.producers)[0];
  if (other) {
    const options = await request(socket, 'consume', { transportId: recv.id, producerId: other.id, rtpCapabilities: device.recvRtpCapabilities ?? device.rtpCapabilities })
      .catch(() => null); // it may have gone in between
    if (options) {
      await recv.consume(options);
      await request(socket, 'consumer:resume', { consumerId: options.id }).catch(() => undefined);
    }
  }
  if (farewell === 'leave') await request(socket, 'leave', {});
  send.close();
  recv.close();
  socket.disconnect();
};
