// After `next build`: the licences of everything that the lock file lets into the app, as
// out/notices.txt; the server shows it at /notices. What only builds or tests the app is not in it.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ui = fileURLToPath(new URL('../', import.meta.url));
const kLicenceFile = /^(licen[cs]e|copying|notice|ofl)/i;

// [[folder in node_modules, entry of the lock file]] of what the app is made from.
async function shipped() {
  const { packages } = JSON.parse(await readFile(join(ui, 'package-lock.json'), 'utf8'));
  // Optional ones are programs for one kind of machine (compilers, picture tools): none runs in a
  // browser.
  return Object.entries(packages).filter(([folder, entry]) =>
    folder.includes('node_modules/') && !entry.dev && !entry.optional && !entry.devOptional && !entry.peer);
}

async function noticeOf(folder, entry) {
  const at = join(ui, folder);
  const about = JSON.parse(await readFile(join(at, 'package.json'), 'utf8'));
  const files = (await readdir(at)).filter((name) => kLicenceFile.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(at, name), 'utf8')));
  const licence = about.license ?? entry.license ?? about.licenses?.map(({ type }) => type).join(' or ');
  if (!licence) throw new Error(`${folder}: no licence is named`);
  const author = typeof about.author === 'string' ? about.author : about.author?.name;
  const words = texts.length > 0 ? texts.map((text) => text.replaceAll('\r\n', '\n').trim()) :
    // A package without a file of its own has the standard words of the licence that it names.
    [`Licensed under ${licence}${author ? ` by ${author}` : ''}. The package brings no text of it: the words stand with other packages of this list.`];
  return { title: `${about.name} ${about.version} (${licence})`, text: words.join('\n\n') };
}

const notices = await Promise.all((await shipped()).map(([folder, entry]) => noticeOf(folder, entry)));
// One text for all packages that share it to the letter.
const byText = new Map();
for (const { title, text } of notices) byText.set(text, new Set([...(byText.get(text) ?? []), title]));
const kRule = '='.repeat(80);
const parts = [...byText].map(([text, titles]) => `${kRule}\n${[...titles].sort().join('\n')}\n${kRule}\n\n${text}\n`);
parts.sort();
await writeFile(join(ui, 'out/notices.txt'), `The web app of confab contains:\n\n${parts.join('\n')}`);
console.log(`notices: ${notices.length} packages, ${byText.size} texts`);
