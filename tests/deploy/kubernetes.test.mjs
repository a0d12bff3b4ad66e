// What kubectl builds of deploy (everything in one process) and of deploy/kubernetes/apart (the roles
// apart), against the API's own types and against the executable.
import test from 'node:test';
import assert from 'node:assert/strict';
import { effective, kubernetes } from './lib/deploy.mjs';

const documents = kubernetes();
const apart = kubernetes('kubernetes/apart');
const podsOf = (all) => all.filter((d) => d.spec?.template).map((d) => d.spec.template.spec);
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

for (const document of [...documents, ...apart]) {
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
  for (const pod of [...podsOf(documents), ...podsOf(apart)]) {
    const [container] = pod.containers;
    assert.equal(pod.securityContext.runAsUser, 65534);
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(container.securityContext.readOnlyRootFilesystem, true);
    assert.deepEqual(container.securityContext.capabilities.drop, ['ALL']);
    assert.ok(container.livenessProbe && container.readinessProbe);
    assert.equal(container.resources.limits.cpu, undefined, 'the kernel would stop media for the rest of each period');
  }
});

test('secrets come from a secret that nothing here makes', () => {
  assert.ok([...documents, ...apart].every(({ kind }) => kind !== 'Secret'));
  const all = [...podsOf(documents), ...podsOf(apart)].flatMap((pod) => pod.containers[0].env);
  const secrets = all.filter(({ name }) => /SECRET|KEY$|DATABASE_URL/.test(name) && name.startsWith('CONFAB_'));
  assert.equal(secrets.length, 7);
  for (const { name, valueFrom } of secrets) assert.equal(valueFrom?.secretKeyRef?.name, 'confab', name);
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

// What the executable makes of a container's environment: secrets, and what the cluster would fill in,
// are made up.
function inForce(container, all) {
  const made = { HOST_IP: '10.0.0.5', CONFAB_NODE: '1', CONFAB_DATABASE_URL: 'postgresql://confab:x@db/confab' };
  const given = {};
  for (const { name, value, valueFrom } of container.env) {
    const key = valueFrom?.configMapKeyRef;
    if (value) given[name] = value.replace(/\$\(([A-Z_]+)\)/g, (_, other) => given[other]);
    else if (key) given[name] = all.find((d) => d.kind === 'ConfigMap' && d.metadata.name === key.name).data[key.key];
    else given[name] = made[name] ?? 'a'.repeat(64);
  }
  const environment = Object.fromEntries(Object.entries(given).filter(([name]) => name.startsWith('CONFAB_')));
  return effective(environment, container.args[0]);
}

test('roles apart listen where they are probed, and find each other by their services', () => {
  const config = {};
  for (const pod of podsOf(apart)) {
    const [container] = pod.containers, [role] = container.args;
    config[role] = inForce(container, apart);
    for (const { name, containerPort } of container.ports) {
      const listen = { http: config[role].http, admin: config[role].admin, rpc: config[role].rpc }[name]?.listen;
      assert.equal(Number(listen.split(':').at(-1)), containerPort, `${role} ${name}`);
    }
    for (const probe of ['livenessProbe', 'readinessProbe']) assert.equal(container[probe].httpGet.port, 'admin');
    assert.equal(pod.hostNetwork ?? false, role === 'media', 'media alone is on the network of its machine');
  }
  const media = apart.find((d) => d.kind === 'StatefulSet');
  assert.deepEqual(config.signaling.rpc.media_nodes, Array.from({ length: media.spec.replicas }, (_, i) => `${i}=media-${i}.media:50051`));
  assert.deepEqual(config.gateway.gateway.signaling, ['1=signaling:5000']);
  const budgets = apart.filter((d) => d.kind === 'PodDisruptionBudget').map((d) => d.metadata.name).sort();
  assert.deepEqual(budgets, ['gateway', 'media']);
});

test('the executable takes what it is given there, and listens where the probes ask', () => {
  const [container] = one('StatefulSet').spec.template.spec.containers;
  const config = inForce(container, documents);
  const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
  assert.equal(config.http.listen, `10.0.0.5:${ports.http}`);
  assert.equal(config.admin.listen, `10.0.0.5:${ports.admin}`);
  assert.equal(one('Service').spec.ports[0].targetPort, 'http');
});
