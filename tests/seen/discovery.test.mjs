// Prometheus finds everybody by asking one gateway.
import test from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../cluster/lib/cluster.mjs';
import { adminPlaces, startCluster } from './lib/cluster.mjs';
import { Prometheus } from './lib/prometheus.mjs';

test('whom the directory knows is scraped by the name of its process, and who leaves is not', async (t) => {
  const cluster = await startCluster(t);
  const places = adminPlaces(cluster);
  const gateway = places['gateway-1'];
  const prometheus = await Prometheus.start(t, { discovery: `http://${gateway}/sd/prometheus` });
  const seen = async () => Object.fromEntries((await prometheus.targets()).filter(({ health }) => health === 'up')
    .map(({ labels }) => [labels.instance, `${labels.service} ${labels.process}`]));
  const wanted = {
    [places['media-1']]: 'media media-1', [places['media-2']]: 'media media-2', [places['signaling-1']]: 'signaling signaling-1', [gateway]: 'gateway gateway-1',
    [places.web]: 'web web-0', [places.logs]: 'logs logs-0',
  };
  // What is compared is what was waited for: the next scrape of one of them may come too late.
  let found = {};
  await until('all are scraped', async () => {
    found = await seen();
    return Object.keys(found).length === Object.keys(wanted).length || found;
  }, 30_000);
  assert.deepEqual(found, wanted);
  // What it adds takes no name of ours.
  assert.deepEqual((await prometheus.get('labels')).filter((label) => label.startsWith('exported_')), []);
  // In order, so that it says good-bye to the directory.
  await cluster.do('drain', 'media-2');
  await until('it is gone', async () => !(places['media-2'] in (await seen())) || (await seen()), 30_000);
  assert.equal((await fetch(`http://${cluster.address}:${cluster.parts['gateway-1'].ports.http}/sd/prometheus`)).headers.get('content-type')?.includes('json') ?? false, false,
    'the public door says nothing of it');
});
