import test from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { compose, deploy, folder, read, root, run, site } from './lib/deploy.mjs';

const rulesOf = (name) => parse(read(`prometheus/rules/${name}.yml`)).groups.flatMap((group) => group.rules);
const alerts = rulesOf('alerts');

for (const name of ['prometheus.yml', 'prometheus-discovered.yml']) {
  test(`prometheus takes ${name}, its rules and the targets of compose`, async (t) => {
    const dir = await folder(t);
    cpSync(path.join(deploy, 'prometheus', name), path.join(dir, 'prometheus.yml'));
    cpSync(path.join(deploy, 'prometheus/rules'), path.join(dir, 'rules'), { recursive: true });
    for (const targets of ['targets', 'targets-apart']) {
      cpSync(path.join(deploy, 'compose', targets), path.join(dir, 'targets'), { recursive: true });
      const { status, text } = run('promtool', ['check', 'config', path.join(dir, 'prometheus.yml')]);
      assert.equal(status, 0, text);
      assert.doesNotMatch(text, /WARN|FAIL/i);
      assert.match(text, /2 rule files found/);
    }
  });
}

test('compose with Consul has the configuration that asks the gateway, and the rules with either', () => {
  const mountsOf = ({ services }) => Object.fromEntries(services.prometheus.volumes
    .map((one) => (typeof one === 'string' ? one.split(':') : [one.source, one.target])).map(([source, target]) => [target, path.basename(source)]));
  const { status, text, stdout } = compose(site, { withConsul: true });
  assert.equal(status, 0, text);
  const plain = mountsOf(parse(read('compose/docker-compose.yml'))), found = mountsOf(parse(stdout));
  assert.equal(plain['/etc/prometheus/prometheus.yml'], 'prometheus.yml');
  assert.equal(found['/etc/prometheus/prometheus.yml'], 'prometheus-discovered.yml');
  for (const mounts of [plain, found]) assert.equal(mounts['/etc/prometheus/rules'], 'rules');
});

test('promtool finds the rules right', () => {
  const { status, text } = run('promtool', ['check', 'rules', ...['recording', 'alerts'].map((name) => path.join(deploy, `prometheus/rules/${name}.yml`))]);
  assert.equal(status, 0, text);
});

test('each alert fires by its cause, and none while all is well', () => {
  const { status, text } = run('promtool', ['test', 'rules', path.join(deploy, 'prometheus/tests/alerts.yml')]);
  assert.equal(status, 0, text);
  const tried = parse(read('prometheus/tests/alerts.yml')).tests.map(({ name }) => name).slice(1);
  assert.deepEqual(tried.sort(), alerts.map((rule) => rule.alert).sort(), 'each has its test');
});

test('each alert says how bad it is, and has a section of the runbooks, and each section its alert', () => {
  const headings = [...readFileSync(path.join(root, 'docs/runbooks.md'), 'utf8').matchAll(/^## (\w+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)];
  const sections = new Map(headings.map(([, name, text]) => [name, text]));
  assert.deepEqual([...sections.keys()].sort(), alerts.map((rule) => rule.alert).sort());
  for (const { alert, labels, annotations } of alerts) {
    assert.ok(['critical', 'warning', 'info'].includes(labels.severity), alert);
    assert.ok(annotations.summary && annotations.description, alert);
    assert.equal(annotations.runbook_url, `docs/runbooks.md#${alert.toLowerCase()}`);
    for (const part of ['Means', 'See', 'Do']) assert.ok(sections.get(alert).includes(`- **${part}**: `), `${alert}: ${part}`);
  }
});

test('rules, alerts and dashboards ask for nothing that docs/metrics.md does not know', () => {
  const known = new Map([...readFileSync(path.join(root, 'docs/metrics.md'), 'utf8').matchAll(/^\| `(confab_\w+)` \| (\w+)/gm)].map(([, name, type]) => [name, type]));
  const recorded = rulesOf('recording').map((rule) => rule.record);
  const names = ['overview', 'media', 'quality', 'signaling', 'infrastructure'];
  const panels = names.flatMap((name) => JSON.parse(read(`grafana/dashboards/confab-${name}.json`)).panels);
  const asked = [...alerts, ...rulesOf('recording')].map((rule) => rule.expr).concat(panels.flatMap((panel) => panel.targets.map((target) => target.expr)));
  const used = new Set(asked.flatMap((expr) => expr.match(/(?<![:\w])confab_\w+/g) ?? []));
  const base = (name) => (known.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));
  assert.deepEqual([...used].filter((name) => !known.has(base(name))), []);
  for (const name of used) if (name !== base(name)) assert.equal(known.get(base(name)), 'histogram', name);
  const levels = new Set(asked.flatMap((expr) => expr.match(/instance:\w+:\w+/g) ?? []));
  assert.deepEqual([...levels].filter((name) => !recorded.includes(name)), []);
});

test('the dashboards are what panels.mjs says, and Grafana is given them', () => {
  const { status, text } = run(path.join(deploy, 'grafana/make-dashboards'), ['--check']);
  assert.equal(status, 0, text);
  const { providers } = parse(read('grafana/provisioning/dashboards/confab.yml'));
  const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yml'));
  const mounts = parse(read('compose/docker-compose.yml')).services.grafana.volumes;
  assert.ok(mounts.includes(`../grafana/dashboards:${providers[0].options.path}:ro`));
  assert.equal(datasources[0].uid, 'prometheus');
});
