// Every query of every panel of deploy/grafana, asked of a real Prometheus that watches the local
// cluster under load. Grafana itself is not needed for that.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../browser/lib/server.mjs';
import { until } from '../cluster/lib/cluster.mjs';
import { adminPlaces, startCluster, startLoad } from './lib/cluster.mjs';
import { Prometheus } from './lib/prometheus.mjs';

const folder = path.join(root, 'deploy/grafana/dashboards');
const dashboards = readdirSync(folder).map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
// Those of Grafana that we use; an id that it does not know shows plain numbers.
const units = ['short', 'bps', 'Bps', 's', 'percentunit', 'reqps', 'pps', 'ops', 'bytes', 'bool'];
const isOfFaults = (panel) => /Counts faults/.test(panel.description ?? '');

// As Grafana fills it in, with all processes chosen; ten scrapes of lib/prometheus.mjs.
const rateInterval = '20s';
const filled = (expr) => expr.replaceAll('$__rate_interval', rateInterval).replaceAll('$instance', '.*');

test('there are five dashboards, and each panel has a title, a unit, and a legend for each of its queries', () => {
  assert.deepEqual(dashboards.map(({ uid }) => uid).sort(),
    ['confab-infrastructure', 'confab-media', 'confab-overview', 'confab-quality', 'confab-signaling']);
  for (const { title, panels } of dashboards) {
    const titles = panels.map((panel) => panel.title);
    assert.equal(new Set(titles).size, titles.length, `${title}: no two panels have one title`);
    for (const panel of panels) {
      const name = `${title}, ${panel.title}`;
      assert.ok(units.includes(panel.fieldConfig.defaults.unit), `${name}: unit ${panel.fieldConfig.defaults.unit}`);
      assert.ok(panel.targets.length > 0, name);
      for (const { expr, legendFormat } of panel.targets) assert.ok(expr && legendFormat, `${name}: ${expr}`);
    }
  }
});

test('under load each query of each panel returns data, and its legends tell the lines apart', async (t) => {
  const cluster = await startCluster(t);
  const targets = Object.entries(adminPlaces(cluster)).map(([name, at]) => ({ targets: [at], labels: { service: name.replace(/-\d$/, '') } }));
  const prometheus = await Prometheus.start(t, { targets });
  startLoad(t, cluster, ['--duration', '170']);
  await until('packets flow', async () => (await prometheus.query(`sum(rate(confab_media_packets_sent_total[${rateInterval}]))`))[0]?.value > 100, 60_000);
  // The recording rules look a minute back, and say something after two samples.
  await until('the rules have said something', async () => (await prometheus.query('instance:confab_media_packets_sent:rate1m')).length > 0, 40_000);
  await prometheus.settled(targets.length, rateInterval);
  // Those under load have all that they need of the media plane by now: somebody else comes.
  const room = await cluster.createRoom();
  await until('the media plane is asked for something', async () => {
    (await cluster.join(room, 'Ada', { transports: true })).close();
    return (await prometheus.query(`sum(rate(confab_signaling_media_commands_total[${rateInterval}]))`))[0]?.value > 0;
  }, 30_000);
  const empty = [], known = new Set((await prometheus.get('label/__name__/values')));
  for (const { title, panels } of dashboards) {
    for (const panel of panels) {
      const legends = [];
      for (const { expr, legendFormat } of panel.targets) {
        const lines = await prometheus.query(filled(expr));
        legends.push(...lines.map(({ metric }) => legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? '(none)')));
        const answers = lines.filter(({ value }) => !Number.isNaN(value));
        if (answers.length > 0) continue;
        const missing = (expr.match(/(?<!\w)(?:instance:)?confab_[\w:]+/g) ?? []).filter((name) => !known.has(name));
        if (!isOfFaults(panel) || missing.length > 0) empty.push(`${title}, ${panel.title}: ${expr} ${missing}`);
      }
      const alike = legends.filter((legend, n) => legends.indexOf(legend) !== n || legend.includes('(none)'));
      assert.deepEqual(alike, [], `legends of ${title}, ${panel.title}`);
    }
  }
  assert.deepEqual(empty, []);
  const rules = (await prometheus.get('rules')).groups.flatMap((group) => group.rules);
  assert.deepEqual(rules.filter((rule) => rule.health === 'err').map((rule) => `${rule.name}: ${rule.lastError}`), []);
  assert.ok(rules.length > 20);
});
