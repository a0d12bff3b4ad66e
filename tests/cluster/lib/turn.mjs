// A TURN client (RFC 8656) that only asks: for an allocation, and whether a peer is allowed. Over UDP,
// TCP and TLS.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';

const cookie = 0x2112a442;
const kAllocate = 0x0003, kPermission = 0x0008;
const attribute = { username: 0x06, integrity: 0x08, error: 0x09, peer: 0x12, realm: 0x14, nonce: 0x15, relayed: 0x16, transport: 0x19 };

const padded = (data) => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
function encode(type, value) {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

function header(type, length, id) {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(length, 2);
  head.writeUInt32BE(cookie, 4);
  return Buffer.concat([head, id]);
}

function xored(address, id) {
  const isV6 = address.includes(':');
  const bytes = isV6 ? v6Bytes(address) : Buffer.from(address.split('.').map(Number));
  const mask = Buffer.concat([Buffer.from([0x21, 0x12, 0xa4, 0x42]), id]);
  const port = 40000 ^ (cookie >>> 16);
  return Buffer.concat([Buffer.from([0, isV6 ? 2 : 1, port >> 8, port & 0xff]), bytes.map((byte, i) => byte ^ mask[i])]);
}
function v6Bytes(address) {
  const [left, right = ''] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const words = [...left, ...Array(8 - left.length - (right.length ?? 0)).fill('0'), ...right];
  return Buffer.from(words.flatMap((word) => [parseInt(word, 16) >> 8, parseInt(word, 16) & 0xff]));
}

function decode(message) {
  const attributes = {};
  for (let at = 20; at + 4 <= message.length;) {
    const type = message.readUInt16BE(at), length = message.readUInt16BE(at + 2);
    attributes[type] ??= message.subarray(at + 4, at + 4 + length);
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  const error = attributes[attribute.error];
  return { isSuccess: (message.readUInt16BE(0) & 0x0110) === 0x0100, code: error && error[2] * 100 + error[3], attributes };
}

export class TurnClient {
  // An RTCIceServer, as "turn:127.0.0.1:3478?transport=udp".
  static async open({ urls, username, credential }, { ca } = {}) {
    const [, scheme, host, port, transport] = /^(turns?):(.*):(\d+)\?transport=(\w+)$/.exec(urls);
    const client = new TurnClient();
    Object.assign(client, { username, credential, waiting: [] });
    const hear = (message) => client.waiting.shift()?.(decode(message));
    if (transport === 'udp') {
      const socket = createSocket('udp4').on('message', hear);
      client.write = (data) => socket.send(data, Number(port), host);
      client.close = () => socket.close();
      return client;
    }
    const socket = scheme === 'turns' ? connectTls({ host, port, ca, servername: 'localhost' }) : connectTcp({ host, port });
    await once(socket, scheme === 'turns' ? 'secureConnect' : 'connect');
    socket.on('error', () => {}); // its server is killed now and then
    let held = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 20 && held.length >= 20 + held.readUInt16BE(2)) {
        const size = 20 + held.readUInt16BE(2);
        hear(held.subarray(0, size));
        held = held.subarray(size);
      }
    });
    client.write = (data) => socket.write(data);
    client.close = () => socket.destroy();
    return client;
  }

  async ask(type, attributes) {
    const id = randomBytes(12);
    let body = Buffer.concat(attributes(id));
    if (this.nonce) {
      body = Buffer.concat([body, encode(attribute.username, Buffer.from(this.username)),
        encode(attribute.realm, this.realm), encode(attribute.nonce, this.nonce)]);
      const key = createHash('md5').update(`${this.username}:${this.realm}:${this.credential}`).digest();
      const mac = createHmac('sha1', key).update(Buffer.concat([header(type, body.length + 24, id), body])).digest();
      body = Buffer.concat([body, encode(attribute.integrity, mac)]);
    }
    this.write(Buffer.concat([header(type, body.length, id), body]));
    let timer;
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('no answer within 3 s')), 3000); });
    const heard = new Promise((resolve) => { this.waiting.push(resolve); });
    return await Promise.race([heard, late]).finally(() => clearTimeout(timer));
  }

  // 0 for success, or the error's code; the first answer is always a 401 that carries the nonce.
  async allocate() {
    const wanted = () => [encode(attribute.transport, Buffer.from([17, 0, 0, 0]))];
    const first = await this.ask(kAllocate, wanted);
    if (first.code !== 401) throw new Error(`an allocation without a password: ${first.code ?? 'was made'}`);
    this.realm = Buffer.from(first.attributes[attribute.realm]);
    this.nonce = Buffer.from(first.attributes[attribute.nonce]);
    const { isSuccess, code } = await this.ask(kAllocate, wanted);
    return isSuccess ? 0 : code;
  }

  // Whether it would send to this address: 0, or 403.
  async permit(address) {
    const { isSuccess, code } = await this.ask(kPermission, (id) => [encode(attribute.peer, xored(address, id))]);
    return isSuccess ? 0 : code;
  }
}
