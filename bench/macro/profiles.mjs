// The meetings that are measured. `load` is what `confab loadtest` is asked for, `floor` the same
// traffic for bench/floor_loopback (nothing where it has no counterpart). In meetings one packet in
// four is decrypted: a server decrypts each once, receivers would do it for each of them.

const meeting = (people) => ({
  load: { participants: people, 'verify-one-in': 4 },
  floor: { publishers: people, receivers: people, meeting: true },
})
const broadcast = (receivers) => ({
  load: { participants: receivers + 1, publishers: 1, subscribers: receivers, ramp: 50 },
  floor: { publishers: 1, receivers },
})

export const profiles = {
  'meeting-3': { title: 'meeting of 3', ...meeting(3) },
  'meeting-5': { title: 'meeting of 5', ...meeting(5) },
  'meeting-10': { title: 'meeting of 10', ...meeting(10) },
  'meetings-10x5': {
    title: '10 meetings of 5',
    load: { rooms: 10, participants: 5, 'verify-one-in': 4 },
  },
  'broadcast-100': { title: 'broadcast 1 to 100', ...broadcast(100) },
  'broadcast-200': { title: 'broadcast 1 to 200', ...broadcast(200) },
  'broadcast-500': {
    title: 'broadcast 1 to 500',
    load: { ...broadcast(500).load, 'verify-one-in': 16 },
    floor: broadcast(500).floor,
  },
  'audio-100': {
    title: 'audio only, 1 to 100',
    load: { ...broadcast(100).load, 'no-video': true },
  },
  'simulcast-20': {
    title: 'simulcast 1 to 20',
    load: { participants: 21, publishers: 1, subscribers: 20, simulcast: true, 'verify-one-in': 4 },
  },
  // 200 come at once to another room, while a meeting goes on: `during` is measured on the meeting.
  // In the first nobody there sends, so that it is their joining alone that is felt.
  'join-storm': {
    title: 'meeting of 10, while 200 join',
    ...meeting(10),
    during: { participants: 200, publishers: 0, subscribers: 200, ramp: 1000 },
  },
  'join-storm-voice': {
    title: 'meeting of 10, while 200 join and listen',
    ...meeting(10),
    during: { participants: 200, publishers: 1, ramp: 1000, 'no-video': true, 'verify-one-in': 16 },
  },
  // 25 cameras, ever more who watch them all: the most that one core takes before 0.1 % is lost.
  'most-25': {
    title: '25 to ever more',
    ramp: [5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 75, 100],
    load: { publishers: 25, ramp: 50, 'verify-one-in': 16 },
  },
}
