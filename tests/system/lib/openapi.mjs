// The server's own description of REST, and requests that are held to it.
import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';

// What the server declares, by its log (level debug): "GET /api/rooms/{code}".
export function declaredRoutes(server) {
  const routes = server.log.join('').split('\n').filter((line) => line.includes('"http.route"'))
    .map((line) => JSON.parse(line).route ?? JSON.parse(line).fields?.route);
  assert.ok(routes.length > 30, 'the log names the routes');
  return [...new Set(routes)].map((route) => route.replaceAll(/:(\w+)/g, '{$1}'))
    .filter((route) => / \/(api|livez|readyz|\.well-known)\b/.test(route) && route !== '* /api/*');
}

export const operationsOf = (doc) => Object.entries(doc.paths).flatMap(([path, item]) =>
  Object.entries(item).filter(([method]) => method !== 'parameters')
    .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, operation })));

// As they are published they let fields be added; here one that nobody wrote down is a fault.
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const out = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  if (out.type === 'object' && out.properties && out.additionalProperties === undefined) out.additionalProperties = false;
  return out;
}

export class Contract {
  constructor(base, doc) {
    this.base = base;
    this.doc = doc;
    this.operations = new Map(operationsOf(doc).map((each) => [each.name, each]));
    this.seen = new Map([...this.operations.keys()].map((name) => [name, new Set()]));
    this.ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    this.ajv.addSchema({ $id: 'doc', components: closed(doc.components) });
    this.compiled = new Map();
  }

  resolve(part) {
    return part.$ref ? part.$ref.slice(2).split('/').reduce((at, key) => at[key], this.doc) : part;
  }

  validator(schema) {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/components/', '"doc#/components/');
    if (!this.compiled.has(text)) this.compiled.set(text, this.ajv.compile(JSON.parse(text)));
    return this.compiled.get(text);
  }

  // Asks, and fails for a status, a type or a body that is not in the document.
  async ask(name, { params = {}, query = '', headers = {}, body } = {}) {
    const { method, path, operation } = this.operations.get(name) ?? assert.fail(`${name} is not in the document`);
    const target = path.replaceAll(/\{(\w+)\}/g, (_, key) => encodeURIComponent(params[key] ?? 'none'));
    const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const response = await fetch(this.base + target + query, { method, headers, body: sent, redirect: 'manual' });
    const text = await response.text();
    const what = `${name}${query} ${sent ?? ''} → ${response.status} ${text.slice(0, 300)}`;
    const documented = this.resolve(operation.responses[response.status] ?? assert.fail(`not documented: ${what}`));
    this.seen.get(name).add(response.status);
    for (const [header, { required }] of Object.entries(documented.headers ?? {})) {
      assert.ok(!required || response.headers.has(header), `${header}: ${what}`);
    }
    if (!documented.content) {
      assert.equal(text, '', what);
      return { status: response.status, headers: response.headers };
    }
    const type = response.headers.get('content-type');
    assert.ok(documented.content[type], `${type}: ${what}`);
    const value = JSON.parse(text);
    const validate = this.validator(documented.content[type].schema);
    assert.ok(validate(value), `${JSON.stringify(validate.errors?.slice(0, 3))}: ${what}`);
    return { status: response.status, headers: response.headers, body: value };
  }
}
