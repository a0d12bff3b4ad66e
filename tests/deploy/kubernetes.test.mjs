// deploy/kustomization.yaml as kubectl builds it, against the API's own types.
import test from 'node:test';
import assert from 'node:assert/strict';
import { effective, kubernetes } from './lib/deploy.mjs';

const documents = kubernetes();
const one = (kind, name) => documents.find((d) => d.kind === kind && (!name || d.metadata.name === name));

// The types accept fields that they do not know. They ask for each that they do: what nobody asked
// for is a slip of the pen.
function watched(value, at, unread) {
  if (value === null || typeof value !== 'object') return value;
  const made = Array.isArray(value) ? [] : {};
  const left = new Set(Object.keys(value));
  unread.push({ at, left });
  for (const key of Object.keys(value)) made[key] = watched(value[key], `${at}.${key}`, unread);
  return new Proxy(made, {
    get(target, key) { left.delete(key); return target[key]; },
    has(target, key) { left.delete(key); return key in target; },
  });
}

async function faults(document) {
  const { validate } = await import(`kubernetes-models/_schemas/${schemaOf(document)}`);
  const unread = [];
  if (!validate(watched(document, document.kind, unread))) return validate.errors.map((e) => `${e.instancePath} ${e.message}`);
  return unread.flatMap(({ at, left }) => [...left].map((key) => `${at}.${key} is unknown`));
}

function schemaOf({ apiVersion, kind }) {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  return `IoK8sApi${capital(group.split('.')[0])}${capital(version)}${kind}`;
}

for (const document of documents) {
  test(`${document.kind} ${document.metadata.name} is what the API takes`, async () => {
    assert.deepEqual(await faults(document), []);
  });
}

test('a slip of the pen would be seen', async () => {
  const document = structuredClone(one('StatefulSet'));
  document.spec.template.spec.hostNetwrk = true;
  assert.deepEqual(await faults(document), ['StatefulSet.spec.template.spec.hostNetwrk is unknown']);
});

test('pods run as nobody, with a read-only root, without rights, and are probed', () => {
  for (const { spec } of [one('StatefulSet'), one('Deployment')]) {
    const pod = spec.template.spec, [container] = pod.containers;
    assert.equal(pod.securityContext.runAsUser, 65534);
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(container.securityContext.readOnlyRootFilesystem, true);
    assert.deepEqual(container.securityContext.capabilities.drop, ['ALL']);
    assert.ok(container.livenessProbe && container.readinessProbe);
    assert.equal(container.resources.limits.cpu, undefined, 'the kernel would stop media for the rest of each period');
  }
});

test('secrets come from a secret that nothing here makes', () => {
  assert.equal(one('Secret'), undefined);
  const { env } = one('StatefulSet').spec.template.spec.containers[0];
  for (const name of ['CONFAB_TURN_SECRET', 'CONFAB_DATABASE_URL']) {
    assert.equal(env.find((e) => e.name === name).valueFrom.secretKeyRef.name, 'confab');
  }
});

test('liveness asks for the own loop alone, readiness for the database as well', () => {
  const [container] = one('StatefulSet').spec.template.spec.containers;
  assert.equal(container.livenessProbe.httpGet.path, '/livez');
  assert.equal(container.readinessProbe.httpGet.path, '/readyz');
});

test('a drain takes a pod with meetings from nobody, and has the time that it needs', () => {
  assert.equal(one('PodDisruptionBudget').spec.minAvailable, 1);
  const pod = one('StatefulSet').spec.template.spec;
  assert.equal(pod.containers[0].env.find((e) => e.name === 'CONFAB_DRAIN').value, '10min');
  assert.ok(pod.terminationGracePeriodSeconds > 600);
});

test('the executable takes what it is given there, and listens where the probes ask', () => {
  const [container] = one('StatefulSet').spec.template.spec.containers;
  const given = { HOST_IP: '10.0.0.5', PUBLIC_IP: '203.0.113.7', DOMAIN: 'meet.example.org', CONFAB_TURN_SECRET: 'x'.repeat(64),
    CONFAB_DATABASE_URL: 'postgresql://confab:x@db/confab' };
  for (const { name, value } of container.env) {
    if (value) given[name] = value.replace(/\$\(([A-Z_]+)\)/g, (_, other) => given[other]);
  }
  const environment = Object.fromEntries(Object.entries(given).filter(([name]) => name.startsWith('CONFAB_')));
  const config = effective(environment, container.args[0]);
  const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
  assert.equal(config.http.listen, `10.0.0.5:${ports.http}`);
  assert.equal(config.admin.listen, `10.0.0.5:${ports.admin}`);
  assert.equal(one('Service').spec.ports[0].targetPort, 'http');
});
