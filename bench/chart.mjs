#!/usr/bin/env node
// Draws docs/images/cost.svg from bench/results/meetings.json: CPU of a forwarded packet, ours beside
// Janus, as bars of one scale. Readable on a light page and on a dark one.
//   node bench/chart.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const { rows } = JSON.parse(readFileSync(path.join(root, 'bench/results/meetings.json'), 'utf8'));

const labelWidth = 120, barWidth = 500, barHeight = 14, rowHeight = 46, top = 34;
const width = labelWidth + barWidth + 60, height = top + rows.length * rowHeight;
const most = Math.max(...rows.map(({ janus }) => janus));
const series = [['confab', '#3b82f6', 0], ['janus', '#9ca3af', barHeight + 4]];

const bar = (value, colour, y) => {
  const length = (value / most * barWidth).toFixed(1);
  return `<rect x="${labelWidth}" y="${y}" width="${length}" height="${barHeight}" rx="3" fill="${colour}"/>`
    + `<text x="${labelWidth + Number(length) + 6}" y="${y + 11}">${value}</text>`;
};
const drawn = rows.map((row, index) => {
  const y = top + index * rowHeight;
  return `<text x="${labelWidth - 10}" y="${y + 20}" text-anchor="end">${row.profile}</text>`
    + series.map(([name, colour, offset]) => bar(row[name], colour, y + offset)).join('');
});
const legend = [['confab', '#3b82f6', labelWidth], ['Janus 1.1.2', '#9ca3af', labelWidth + 90]].map(
  ([name, colour, x]) => `<rect x="${x}" y="6" width="12" height="12" rx="3" fill="${colour}"/><text x="${x + 18}" y="16">${name}</text>`);

writeFileSync(path.join(root, 'docs/images/cost.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Microseconds of CPU for each forwarded packet">\n`
  + '<style>text{font:12px system-ui,sans-serif;fill:#6b7280}</style>\n'
  + [...legend, ...drawn].join('\n') + '\n</svg>\n');
