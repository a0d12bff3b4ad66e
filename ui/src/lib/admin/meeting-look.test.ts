import { expect, test } from 'vitest';
import { MeetingLook } from './meeting-look';

const person = (id: string, bytesSent: number) => ({
  id, name: id, role: 'member', joinedAt: 0, connection: 'connected', hidden: false, receives: 0, producers: [],
  media: { transports: [{ transportId: `tr_${id}`, iceConnected: true, dtlsConnected: true, protocol: 'udp', bytesReceived: 0, bytesSent }], producers: [], consumers: [] },
});

function server(consumers: number) {
  const asked: string[] = [];
  const get = <T>(path: string): Promise<T> => {
    asked.push(path);
    const { media, ...rest } = person('pt_1', 1000);
    const participants = [path.endsWith('media=false') ? rest : { ...rest, media }];
    return Promise.resolve({ meeting: { participants: 2, producers: 2, consumers }, participants, participant: { ...rest, media } } as T);
  };
  return { asked, get };
}

test('a small meeting is seen whole as soon as it is known to be small', async () => {
  const { asked, get } = server(10);
  const look = new MeetingLook({ get }, 'mt_1');
  const page = await look.page('', new AbortController().signal);
  expect(asked).toEqual(['/api/stats/meetings/mt_1?media=false', '/api/stats/meetings/mt_1']);
  expect(page.histories.get('pt_1')?.samples.length).toBe(1);
  await look.page('', new AbortController().signal);
  expect(asked.length).toBe(3);
});

test('of a large one the people are listed, and media is asked for one by one', async () => {
  const { asked, get } = server(100_000);
  const look = new MeetingLook({ get }, 'mt_1');
  const page = await look.page('p00', new AbortController().signal);
  expect(asked).toEqual(['/api/stats/meetings/mt_1?cursor=p00&media=false']);
  expect(page.histories.size).toBe(0);
  const { history } = await look.person('pt_1', new AbortController().signal);
  expect(history?.samples.length).toBe(1);
});
