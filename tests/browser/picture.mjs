// Makes docs/images/meeting.png: a real meeting of real browsers, with drawn people before the cameras.
//   node picture.mjs [FILE]
import { fileURLToPath } from 'node:url';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, join, seesMoving, snapshot, until } from './lib/room.mjs';

const kPeople = [
  { name: 'Grace Hopper', wall: ['#55463c', '#2b2320'], light: '#ffd9a0', skin: ['#f0c3a0', '#dca583', '#b97f5f'], hair: '#6b4a2f', shirt: '#7a3145', style: 'bob', glasses: true },
  { name: 'Ben Okafor', wall: ['#3d5560', '#1d2a31'], light: '#cfe8f2', skin: ['#7a4a30', '#653a24', '#472716'], hair: '#17110e', shirt: '#d8a23c', style: 'short', side: -1 },
  { name: 'Margarethe Lindqvist', wall: ['#6a6f5a', '#33382b'], light: '#fff0c4', skin: ['#f5d3ba', '#e5b699', '#c18a6b'], hair: '#d9b36a', shirt: '#2f5d62', style: 'long' },
  { name: 'Li Wei', wall: ['#4a4560', '#241f33'], light: '#d8d0ff', skin: ['#f0cba4', '#ddb086', '#b98a62'], hair: '#1b1a20', shirt: '#e8e4da', style: 'bun', side: -1 },
  { name: 'Kwame Mensah', wall: ['#5f4a3a', '#2c211a'], light: '#ffcf8f', skin: ['#5d3823', '#4b2b19', '#331b0e'], hair: '#1a1310', shirt: '#3c5a99', style: 'bald', glasses: true },
];
const kSelf = { name: 'Ada Lovelace', wall: ['#3f5a52', '#1c2b27'], light: '#d6f5e3', skin: ['#c98d62', '#b47850', '#8a5636'], hair: '#2a1a14', shirt: '#b5533c', style: 'curly' };

const file = process.argv[2] ?? fileURLToPath(new URL('../../docs/images/meeting.png', import.meta.url));
const server = await Server.start();
const browser = await launchChromium();
try {
  const code = await server.createRoom();
  const sit = async ({ name, ...looks }, viewport = { width: 400, height: 300 }) => {
    const page = await newPage(browser, { viewport });
    page.setDefaultTimeout(180_000);
    await page.addInitScript({ path: fileURLToPath(new URL('./lib/portrait.js', import.meta.url)) });
    await page.addInitScript((it) => globalThis.sitFor(it), looks);
    await join(page, server, code, name, { query: 'simulcast=0' });
    return page;
  };
  const ada = await sit(kSelf, { width: 1280, height: 800 });
  const others = [];
  for (const each of kPeople) others.push(await sit(each));
  const [grace, ben, margarethe, li, kwame] = others;
  await seesMoving(ada, kPeople.length, 2);
  for (const page of [ada, margarethe, li, kwame]) await click(page, 'toggle-mic');
  await click(li, 'toggle-hand');
  const say = async (page, text, to) => {
    await page.keyboard.press('c');
    await page.waitForSelector('[data-testid="chat-input"]');
    if (to !== undefined) await page.selectOption('[data-testid="chat-to"]', to);
    await page.fill('[data-testid="chat-input"]', text);
    await click(page, 'chat-send');
    await page.waitForFunction((sent) => document.querySelector('[data-testid="chat-panel"]').textContent.includes(sent), text);
    await page.keyboard.press('Escape');
  };
  const adaId = (await snapshot(ada)).participantId;
  await say(grace, 'Good morning! The agenda is at https://example.org/agenda, have a look.');
  await say(grace, 'We start in two minutes.');
  await say(ada, 'Thanks. Coffee first.');
  await say(ben, 'Can you hear me well? My microphone is new.', adaId);
  await ada.keyboard.press('c');
  await ada.mouse.move(640, 30);
  await click(ben, 'toggle-mic');
  await until(ada, 'Grace speaks', () => [...document.querySelectorAll('[data-speaking="true"]')].some((each) => each.textContent.includes('Grace')));
  await until(ada, 'news are over', () => !document.querySelector('[data-testid="notice"]'), undefined, 60_000);
  await until(ada, 'Grace speaks', () => [...document.querySelectorAll('[data-speaking="true"]')].some((each) => each.textContent.includes('Grace')));
  await ada.screenshot({ path: file });
} finally {
  await browser.close();
  await server.stop();
}
