// A signaling service as it is written for the reference system: the stock socket.io server before
// media.MediaService. Everything about media it asks by gRPC, without a deadline, and on leaving by HTTP
// as well; it names users by their sockets, closes no transport and no room.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Server } from 'socket.io';
import { GrpcClient, HttpClient } from '../../system/lib/media_service.mjs';

export async function startReferenceSignaling({ address, grpcPort, httpPort }) {
  const rpc = new GrpcClient(grpcPort);
  const rest = new HttpClient(httpPort);
  const front = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>front end</title>');
  });
  const io = new Server(front);

  io.on('connection', (socket) => {
    // Acknowledged with what `work` returns, or {error}.
    const on = (event, work) => socket.on(event, async (payload, acknowledge = () => {}) => {
      await Promise.resolve().then(() => work(payload)).then(acknowledge, (error) => acknowledge({ error: error.message }));
    });
    const others = (roomId) => socket.to(roomId);

    on('getRouterRtpCapabilities', async ({ roomId }) => {
      const { rtpCapabilities } = await rpc.call('GetRouterRtpCapabilities', { roomId });
      return { rtpCapabilities: JSON.parse(rtpCapabilities) };
    });
    on('createWebRtcTransport', async ({ roomId, direction }) => {
      const { params } = await rpc.call('CreateWebRtcTransport', { roomId, direction });
      return { params: JSON.parse(params) };
    });
    on('connectWebRtcTransport', async ({ transportId, dtlsParameters }) => {
      await rpc.call('ConnectWebRtcTransport', { transportId, dtlsParameters: JSON.stringify(dtlsParameters) });
    });
    on('produce', async ({ transportId, kind, rtpParameters, appData }) => {
      const { id } = await rpc.call('Produce', { transportId, kind, rtpParameters: JSON.stringify(rtpParameters), appData: JSON.stringify(appData) });
      others(appData.roomId).emit('newProducer', { producerId: id, userId: socket.id, appData });
      return { id };
    });
    on('consume', async ({ roomId, transportId, producerId, rtpCapabilities }) => {
      const { params } = await rpc.call('Consume', { roomId, transportId, producerId, rtpCapabilities: JSON.stringify(rtpCapabilities) });
      return { params: JSON.parse(params) };
    });
    on('resumeConsumer', async ({ consumerId }) => { await rpc.call('ResumeConsumer', { consumerId }); });
    on('getProducers', async ({ roomId }) => ({ producers: JSON.parse((await rpc.call('GetProducers', { roomId })).producers) }));
    on('producerClosed', async ({ producerId, roomId }) => {
      await rpc.call('CloseProducer', { producerId, roomId });
      others(roomId).emit('producerClosed', { producerId, userId: socket.id });
    });
    for (const [event, method, news] of [['pauseProducer', 'PauseProducer', 'producerPaused'], ['resumeProducer', 'ResumeProducer', 'producerResumed']]) {
      on(event, async ({ producerId, roomId, kind }) => {
        await rpc.call(method, { producerId, roomId });
        others(roomId).emit(news, { producerId, userId: socket.id, kind });
      });
    }

    on('joinRoom', async ({ roomId, userName }) => {
      const there = await io.in(roomId).fetchSockets();
      socket.data = { roomId, userName };
      await socket.join(roomId);
      others(roomId).emit('userJoined', { userId: socket.id, userName, socketId: socket.id });
      return { participants: there.map((s) => ({ userId: s.id, userName: s.data.userName, socketId: s.id })) };
    });
    socket.on('disconnecting', async () => {
      const { roomId } = socket.data;
      if (!roomId) return;
      others(roomId).emit('userLeft', { userId: socket.id });
      // Also while the media service is away.
      await Promise.allSettled([rpc.call('CleanupUser', { roomId, userId: socket.id }), rest.post(`/rooms/${roomId}/users/${socket.id}/cleanup`)]);
    });
  });

  front.listen(0, address);
  await once(front, 'listening');
  return {
    url: `http://${address === '127.0.0.1' ? 'localhost' : address}:${front.address().port}`,
    async stop() {
      await io.close();
      rpc.close();
    },
  };
}
