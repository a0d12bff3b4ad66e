// Loss, reordering and duplicates on every way, requests for repair lost too.
#include "scenario.h"

namespace confab::sim {
namespace {

Lost run_seed(std::uint64_t seed) {
  World world({.seed = seed, .notes_fates = true});
  Peer& anna = world.add_peer({.up = bad_link(), .down = bad_link()});
  Peer& ben = world.add_peer({.up = bad_link(), .down = bad_link()});
  world.run_for(1500ms);
  TrackOptions video = camera();
  video.packets_per_frame = 3;
  Peer::Track& of_anna = anna.publish(video);
  Peer::Track& of_ben = ben.publish(video);
  Subscriber& to_ben = ben.subscribe(of_anna.producer);
  Subscriber& to_anna = anna.subscribe(of_ben.producer);
  world.run_for(6s);
  // No new frames; what is missing is repaired or given up.
  const Instant end = world.now();
  of_anna.publisher->set_running(end, false);
  of_ben.publisher->set_running(end, false);
  world.run_for(3s);

  expect_sound(to_ben);
  expect_sound(to_anna);
  EXPECT_EQ(world.bad_messages(), 0u);
  EXPECT_EQ(world.shard().counters().dropped(sfu::Drop::kEgressProtect), 0u);
  const auto stream_of = [](const Peer::Track& t) { return t.publisher->streams()[0].number; };
  const Lost at_ben = count_lost(world, to_ben, ben.number(), stream_of(of_anna),
                                 of_anna.publisher->frames_sent() - 1, 3);
  const Lost at_anna = count_lost(world, to_anna, anna.number(), stream_of(of_ben),
                                  of_ben.publisher->frames_sent() - 1, 3);
  return {at_ben.frames + at_anna.frames, at_ben.excused + at_anna.excused,
          at_ben.unexcused + at_anna.unexcused};
}

// The last frame is left out: if its last packets go missing nothing follows that shows the gap.
TEST(Loss, no_frame_is_lost_but_by_the_network_over_100_seeds) {
  Lost all;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Lost lost = run_seed(seed);
    EXPECT_EQ(lost.unexcused, 0u) << "seed " << seed;
    all.frames += lost.frames;
    all.excused += lost.excused;
    if (testing::Test::HasFailure()) break;
  }
  // Packets that were dropped every time they were sent are rare: each is sent again up to ten
  // times, with a chance of one in ten to be dropped.
  EXPECT_GE(all.frames, 100u * 2 * 150);
  EXPECT_LE(all.excused * 1000, all.frames) << all.excused << " of " << all.frames;
}

// What is held for both is held as long as the farther one needs, also when it comes later.
TEST(Loss, a_far_receiver_beside_a_near_one_is_repeated_what_it_missed) {
  World world({.seed = 12});
  const LinkProfile far_away{.delay = 150ms, .loss_permille = 50};
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  Peer& carl = world.add_peer({.up = far_away, .down = far_away});
  world.run_for(1500ms);
  Peer::Track& track = anna.publish(camera());
  Subscriber& to_ben = ben.subscribe(track.producer);
  world.run_for(5s);
  Subscriber& to_carl = carl.subscribe(track.producer);
  world.run_for(10s);
  track.publisher->set_running(world.now(), false);
  world.run_for(3s);
  EXPECT_EQ(to_ben.given_up(), 0u);
  EXPECT_EQ(to_carl.given_up(), 0u);
  EXPECT_GT(world.shard().counters().rtx_out, 30u);
  expect_sound(to_carl);
  const auto first = to_carl.steps().begin()->first;
  const auto last = to_carl.steps().rbegin()->first;
  EXPECT_EQ(to_carl.steps().size(), static_cast<std::size_t>(last - first + 1)) << "a gap is left";
}

TEST(Loss, dtls_and_ice_come_through_loss) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World world({.seed = seed, .dtls = true});
    Peer& anna = world.add_peer({.up = bad_link(), .down = bad_link()});
    EXPECT_TRUE(world.run_until(
        [&] { return anna.sending().client->is_ready() && anna.receiving().client->is_ready(); },
        20s))
        << "seed " << seed;
  }
}

TEST(Loss, a_publisher_s_reordering_reaches_the_receiver_whole) {
  World world({.seed = 11});
  LinkProfile reordering;
  reordering.reorder_permille = 200;
  Peer& anna = world.add_peer({.up = reordering});
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
  world.run_for(5s);
  anna.tracks().front()->publisher->set_running(world.now(), false);
  world.run_for(2s);
  expect_sound(video);
  expect_decodable_start(video);
  expect_continuous(video);
  EXPECT_EQ(video.given_up(), 0u);
  EXPECT_GT(video.repaired(), 100u);  // what came late went the way of a retransmission
}

// Audio has no retransmissions to go by: what comes late goes out late, for the jitter buffer.
TEST(Loss, reordered_audio_reaches_the_receiver_whole) {
  World world({.seed = 13});
  LinkProfile reordering;
  reordering.reorder_permille = 200;
  reordering.reorder_by = 50ms;  // two or three packets overtake
  Peer& anna = world.add_peer({.up = reordering});
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  Subscriber& audio = ben.subscribe(anna.publish(microphone()).producer);
  world.run_for(5s);
  anna.tracks().front()->publisher->set_running(world.now(), false);
  world.run_for(1s);
  expect_sound(audio);
  expect_continuous(audio);
  EXPECT_GE(audio.steps().size(), 240u);
  const sfu::ShardCounters& counters = world.shard().counters();
  EXPECT_EQ(counters.dropped(sfu::Drop::kEgressLate), 0u);
  EXPECT_EQ(counters.dropped(sfu::Drop::kEgressProtect), 0u);
}

TEST(Loss, an_outage_ends_with_a_key_frame) {
  World world({.seed = 12});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  Peer::Track& track = anna.publish(camera());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(3s);
  const std::uint32_t key_frames = track.publisher->key_frames_sent();
  LinkProfile dead;
  dead.loss_permille = 1000;
  anna.set_links(dead, dead);
  world.run_for(4s);
  anna.set_links({}, {});
  world.run_for(3s);
  EXPECT_GT(track.publisher->key_frames_sent(), key_frames);
  // Decodable again: the newest key frame and everything after it is whole.
  std::uint32_t newest_key = 0;
  for (const auto& [key, frame] : video.frames()) {
    if (frame.fields.is_key_frame) newest_key = key.second;
  }
  for (const auto& [key, frame] : video.frames()) {
    if (key.second >= newest_key && world.now() - frame.first_at > 500ms) {
      EXPECT_TRUE(frame.is_complete()) << key.second;
    }
  }
  EXPECT_GT(newest_key, 100u);
}

}  // namespace
}  // namespace confab::sim
