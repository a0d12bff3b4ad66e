// Both ways to media.MediaService, as signaling services of the reference system have them: the stock
// grpc-js client with the proto loaded as theirs do, and plain fetch for the twins of HTTP.
import path from 'node:path';
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { freePorts, root } from '../../browser/lib/server.mjs';

export const status = grpc.status;

const definition = protoLoader.loadSync(path.join(root, 'proto/media/media.proto'), { keepCase: true, longs: String, enums: String, defaults: true });
const { media } = grpc.loadPackageDefinition(definition);
export const methods = Object.keys(media.MediaService.service);

export class GrpcClient {
  constructor(port) { this.client = new media.MediaService(`127.0.0.1:${port}`, grpc.credentials.createInsecure()); }

  // Throws an Error with `code` and `details`.
  call(method, request) {
    return new Promise((resolve, reject) => {
      this.client[method](request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  close() { this.client.close(); }
}

export class HttpClient {
  constructor(port) { this.url = `http://127.0.0.1:${port}`; }

  async ask(method, at, body) {
    const response = await fetch(this.url + at, { method, ...(body && { headers: { 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body) }) });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  }

  // Throws where the answer is no 200.
  async post(at, body = {}) {
    const answer = await this.ask('POST', at, body);
    if (answer.status !== 200) throw Object.assign(new Error(answer.body?.error), { status: answer.status });
    return answer.body;
  }
}

// The flags that switch it on, on free ports.
export async function mediaServiceFlags(more = []) {
  const [grpcPort, httpPort] = [await freePorts(1, '127.0.0.1'), await freePorts(1, '127.0.0.1')];
  const flags = ['--media-service', '--media-service-grpc-listen', `127.0.0.1:${grpcPort}`, '--media-service-http-listen', `127.0.0.1:${httpPort}`, ...more];
  return { grpcPort, httpPort, flags };
}

// What a browser with the stock mediasoup-client said.
export const chrome = JSON.parse(readFileSync(path.join(root, 'tests/fixtures/gold-chrome-324.json'), 'utf8'));
