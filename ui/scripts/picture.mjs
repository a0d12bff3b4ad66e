// Makes docs/images/meeting.png: the app as it is built, in a made-up meeting of drawn people.
// `npm run build && node scripts/picture.mjs [FILE]`
import { fileURLToPath } from 'node:url';
import { launch } from './lib/browser.mjs';
import { playMeeting, serveFiles } from './lib/stage-server.mjs';

const kPeople = [
  { name: 'Grace Hopper', wall: ['#55463c', '#2b2320'], light: '#ffd9a0', skin: ['#f0c3a0', '#dca583', '#b97f5f'], hair: '#6b4a2f', shirt: '#7a3145', style: 'bob', glasses: true },
  { name: 'Ben Okafor', wall: ['#3d5560', '#1d2a31'], light: '#cfe8f2', skin: ['#7a4a30', '#653a24', '#472716'], hair: '#17110e', shirt: '#d8a23c', style: 'short', side: -1 },
  { name: 'Margarethe Lindqvist', wall: ['#6a6f5a', '#33382b'], light: '#fff0c4', skin: ['#f5d3ba', '#e5b699', '#c18a6b'], hair: '#d9b36a', shirt: '#2f5d62', style: 'long' },
  { name: 'Li Wei', wall: ['#4a4560', '#241f33'], light: '#d8d0ff', skin: ['#f0cba4', '#ddb086', '#b98a62'], hair: '#1b1a20', shirt: '#e8e4da', style: 'bun', side: -1 },
  { name: 'Kwame Mensah', wall: ['#5f4a3a', '#2c211a'], light: '#ffcf8f', skin: ['#5d3823', '#4b2b19', '#331b0e'], hair: '#1a1310', shirt: '#3c5a99', style: 'bald', glasses: true },
];
const kSelf = { wall: ['#3f5a52', '#1c2b27'], light: '#d6f5e3', skin: ['#c98d62', '#b47850', '#8a5636'], hair: '#2a1a14', shirt: '#b5533c', style: 'curly' };

const now = new Date().setHours(10, 4, 0, 0);
const participants = kPeople.map(({ name }, n) => ({
  id: `pt_${n}`, name, role: 'member', joinedAt: now + n, hand: n === 3 ? now : null, connection: 'connected',
  producers: [{ id: `pr_m${n}`, source: 'microphone', kind: 'audio', paused: n > 1 }],
}));
const [grace, ben] = participants;
const ada = { id: 'pt_self', name: 'Ada Lovelace' };
const message = (id, from, text, minutes, to = null) => ({ id, from, to, text, sentAt: now + minutes * 60_000 });
const chat = [
  message('1', grace, 'Good morning! The agenda is at https://example.org/agenda, have a look.', -9),
  message('2', grace, 'We start in two minutes.', -8.5),
  message('3', ada, 'Thanks. Coffee first.', -4),
  message('4', ben, 'Can you hear me well? My microphone is new.', -1, ada),
  message('5', ada, 'Loud and clear', 0, ben),
];

const file = process.argv[2] ?? fileURLToPath(new URL('../../docs/images/meeting.png', import.meta.url));
const server = await serveFiles();
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.setDefaultTimeout(180_000);
await page.addInitScript({ path: fileURLToPath(new URL('lib/portrait.js', import.meta.url)) });
await page.addInitScript((looks) => {
  globalThis.sitFor(looks);
  localStorage.setItem('confab:settings', JSON.stringify({ state: { name: 'Ada Lovelace' }, version: 1 }));
}, kSelf);
await playMeeting(page, { participants, chat, speakers: [{ participantId: grace.id, producerId: 'pr_m0', level: -25 }] });
await page.goto(`${server.url}/room/kfp-wqzt-bna`);
await page.getByTestId('preview-video').waitFor();
await page.getByTestId('join').click();
await page.getByTestId('room').waitFor();
await page.keyboard.press('c');
await page.getByTestId('chat-panel').waitFor();
// No media comes from a made-up server: the others' pictures are put where their video would be.
await page.evaluate((people) => people.forEach((looks, n) => {
  const picture = globalThis.portrait(looks);
  picture.className = 'absolute inset-0 size-full object-cover';
  document.querySelector(`[data-tile="pt_${n}:camera"] > div`).replaceChildren(picture);
}), kPeople);
await page.mouse.move(640, 30);
await page.waitForTimeout(4000);
await page.screenshot({ path: file });
await browser.close();
server.close();
