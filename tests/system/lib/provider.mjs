// A small provider of OpenID Connect: whoever comes is signed in as `person`, and each part of what it
// answers can be made wrong.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import * as jose from 'jose';

export class Provider {
  static async start(t) {
    const self = new Provider();
    self.client = { id: 'confab', secret: 'a secret & more' };
    self.person = { sub: '7', email: 'ada@example.org', email_verified: true, name: 'Ada' };
    self.wrong = {};
    self.codes = new Map();
    self.asked = [];
    await self.rotate();
    const server = createServer((request, response) => {
      self.handle(request, response).catch((error) => response.writeHead(500).end(String(error)));
    });
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    self.issuer = `http://127.0.0.1:${server.address().port}`;
    t.after(() => server.close());
    return self;
  }

  async rotate() {
    this.key = await jose.generateKeyPair('ES256');
    this.keyId = randomBytes(6).toString('hex');
  }

  async handle(request, response) {
    const url = new URL(request.url, this.issuer);
    this.asked.push(url.pathname);
    const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/.well-known/openid-configuration') {
      return json(200, { issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`,
        jwks_uri: `${this.issuer}/keys`, ...this.wrong.discovery });
    }
    if (url.pathname === '/keys') return json(200, { keys: [{ ...await jose.exportJWK(this.key.publicKey), kid: this.keyId, alg: 'ES256', use: 'sig' }] });
    if (url.pathname === '/authorize') {
      const code = randomBytes(8).toString('hex');
      this.codes.set(code, Object.fromEntries(url.searchParams));
      const back = new URL(url.searchParams.get('redirect_uri'));
      back.searchParams.set('code', code);
      back.searchParams.set('state', url.searchParams.get('state'));
      return response.writeHead(302, { location: back.href }).end();
    }
    if (url.pathname === '/token' && request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const form = new URLSearchParams(body);
      const began = this.codes.get(form.get('code'));
      this.codes.delete(form.get('code'));
      const basic = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
      const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
      const isRight = began && basic === `${this.client.id}:${encodeURIComponent(this.client.secret)}` && began.code_challenge_method === 'S256'
        && challenge === began.code_challenge && form.get('redirect_uri') === began.redirect_uri && form.get('grant_type') === 'authorization_code';
      if (!isRight) return json(400, { error: 'invalid_grant' });
      const { key = this.key, claims = {} } = this.wrong;
      const token = await new jose.SignJWT({ ...this.person, nonce: began.nonce, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: this.keyId })
        .setIssuer(claims.iss ?? this.issuer).setAudience(claims.aud ?? this.client.id).setIssuedAt().setExpirationTime(claims.exp ?? '5m')
        .sign(key.privateKey);
      return json(200, { access_token: 'x', token_type: 'Bearer', id_token: token });
    }
    return json(404, {});
  }
}
