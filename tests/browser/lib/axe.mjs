// axe-core's judgement of what a page shows, at the width of a desktop and of three phones: WCAG 2.2
// A and AA, its best practices, and names that contain what one sees.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { until } from './room.mjs';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kWidths = [[320, 568], [360, 640], [390, 844], [1280, 800]];

export async function violations(page, state) {
  const found = [];
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  for (const [width, height] of kWidths) {
    await page.setViewportSize({ width, height });
    // Fading in and gliding are not what one reads.
    await until(page, `${state} stands still`, () =>
      document.getAnimations().every((each) => each.playState !== 'running' || each.effect.getTiming().iterations === Infinity));
    found.push(...await page.evaluate(async (where) => {
      const { violations } = await window.axe.run(document, {
        resultTypes: ['violations'],
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        rules: { 'label-content-name-mismatch': { enabled: true } },
      });
      return violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map((each) => each.target.join(' ')).slice(0, 3).join(' | ')}`);
    }, `${state} at ${width} px`));
  }
  return found;
}
