// A front end as it is written for the reference system: stock socket.io-client and
// mediasoup-client, its events, its order. It starts its media when the socket opens and joins
// later, when the name was typed; it believes that a userId is a socket id.
import { io } from 'socket.io-client';
import { Device } from 'mediasoup-client';

const state = { joined: false, participants: {}, messages: [], errors: [], transportState: {} };

function request(socket, event, payload) {
  return new Promise((resolve, reject) => {
    socket.emit(event, payload, (answer) => (answer?.error ? reject(new Error(answer.error)) : resolve(answer)));
  });
}

async function makeTransport(socket, device, roomId, direction) {
  const { params } = await request(socket, 'createWebRtcTransport', { roomId, direction });
  const transport = direction === 'send' ? device.createSendTransport(params) : device.createRecvTransport(params);
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    socket.emit('connectWebRtcTransport', { transportId: transport.id, dtlsParameters }, (error) =>
      error ? failed(new Error(error.error)) : done());
  });
  transport.on('connectionstatechange', (now) => { state.transportState[direction] = now; });
  return transport;
}

function show(producerId, track) {
  const element = document.createElement(track.kind);
  element.autoplay = true;
  element.playsInline = true;
  element.dataset.producer = producerId;
  element.srcObject = new MediaStream([track]);
  document.body.append(element);
}

async function consume(socket, device, transport, roomId, producerId) {
  const { params } = await request(socket, 'consume', {
    roomId, transportId: transport.id, producerId, rtpCapabilities: device.rtpCapabilities,
  });
  const consumer = await transport.consume(params);
  show(producerId, consumer.track);
  socket.emit('resumeConsumer', { consumerId: consumer.id });
}

async function startMedia(socket, roomId) {
  const device = new Device();
  const { rtpCapabilities } = await request(socket, 'getRouterRtpCapabilities', { roomId });
  await device.load({ routerRtpCapabilities: rtpCapabilities });
  const send = await makeTransport(socket, device, roomId, 'send');
  const receive = await makeTransport(socket, device, roomId, 'recv');
  send.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
    request(socket, 'produce', { transportId: send.id, kind, rtpParameters, appData: { ...appData, roomId, userId: socket.id } })
      .then(({ id }) => done({ id }), failed);
  });
  const media = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 180 }, audio: true });
  for (const track of media.getTracks()) {
    state[`${track.kind}Producer`] = await send.produce({ track, appData: { type: track.kind } });
  }
  socket.on('newProducer', ({ producerId, userId }) => {
    if (userId !== socket.id) consume(socket, device, receive, roomId, producerId).catch((e) => state.errors.push(e.message));
  });
  const { producers } = await request(socket, 'getProducers', { roomId });
  for (const { producerId, userId } of producers) {
    if (userId !== socket.id) await consume(socket, device, receive, roomId, producerId);
  }
}

window.compat = {
  state,
  start(url, roomId, { namespace = '/' } = {}) {
    const socket = io(url + (namespace === '/' ? '' : namespace));
    this.socket = socket;
    socket.on('userJoined', (user) => { state.participants[user.userId] = user; });
    socket.on('userLeft', ({ userId }) => { delete state.participants[userId]; });
    socket.on('messageReceived', (message) => state.messages.push(message));
    socket.on('producerPaused', (event) => { state.paused = event; });
    socket.on('producerClosed', ({ producerId }) => {
      document.querySelector(`[data-producer="${producerId}"]`)?.remove();
    });
    socket.once('connect', () => setTimeout(() => {
      startMedia(socket, roomId).catch((error) => state.errors.push(error.message));
    }, 500));
  },
  async join(roomId, userName) {
    const socket = this.socket;
    const { participants } = await request(socket, 'joinRoom', { roomId, userId: socket.id, userName });
    for (const user of participants) state.participants[user.userId] = user;
    state.joined = true;
    return socket.id;
  },
};
