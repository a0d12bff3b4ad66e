// After `next build`: every text file once more as .br and .gz, where that is smaller, so that the
// server compresses nothing in flight.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const out = fileURLToPath(new URL('../out/', import.meta.url));
const kCompressed = new Set(['.html', '.js', '.css', '.txt', '.svg', '.json']);
const kLeastBytes = 256;

const files = (await readdir(out, { recursive: true, withFileTypes: true }))
  .filter((each) => each.isFile())
  .map((each) => join(each.parentPath, each.name));

const brotli = promisify(brotliCompress);
const gz = promisify(gzip);
let raw = 0;
let packed = 0;
for (const file of files) {
  if (!kCompressed.has(extname(file))) continue;
  const bytes = await readFile(file);
  if (bytes.length < kLeastBytes) continue;
  const [br, gzipped] = await Promise.all([
    brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
    gz(bytes, { level: 9 }),
  ]);
  if (br.length < bytes.length) await writeFile(`${file}.br`, br);
  if (gzipped.length < bytes.length) await writeFile(`${file}.gz`, gzipped);
  raw += bytes.length;
  packed += Math.min(br.length, bytes.length);
}
console.log(`precompressed: ${Math.round(raw / 1024)} KB to ${Math.round(packed / 1024)} KB`);
