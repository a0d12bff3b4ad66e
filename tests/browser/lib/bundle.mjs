// A page script of ours with the stock npm clients in it, as text for addScriptTag.
import path from 'node:path';
import { build } from 'esbuild';
import { root } from './server.mjs';

export async function bundle(entry) {
  const result = await build({
    entryPoints: [path.join(root, 'tests/browser', entry)],
    bundle: true, write: false, format: 'iife', platform: 'browser', define: { global: 'window' },
  });
  return result.outputFiles[0].text;
}
