// Behind a link that carries less than is sent, and what repeats do there.
#include <numeric>

#include "scenario.h"

namespace confab::sim {
namespace {

LinkProfile narrow() {
  LinkProfile link;
  link.rate_bps = 1'000'000;
  link.queue_max = 300ms;
  return link;
}

// 1.65 Mbit/s on the wire.
TrackOptions camera_of_1650_kbit() {
  TrackOptions video = camera();
  video.packets_per_frame = 6;
  video.payload_bytes = 1070;
  return video;
}

struct Bottleneck : testing::Test {
  Bottleneck() { world.run_for(500ms); }

  const Link::Totals& down() { return ben.receiving().down->totals(); }
  std::uint64_t refused(sfu::RepeatRefusal reason) {
    return world.shard().counters().refused(reason);
  }
  // Of audio packets that were sent; the last half second may be on its way.
  double audio_lost(const Peer::Track& track, const Subscriber& audio) {
    const double sent = track.publisher->frames_sent() - 25;
    return std::max(0.0, 1 - static_cast<double>(audio.steps().size()) / sent);
  }

  World world{{.seed = 21}};
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
};

TEST_F(Bottleneck, repeats_add_no_more_than_a_third_to_what_a_full_link_is_offered) {
  // Given a link of 1 Mbit/s whose queue holds 300 ms, and 1.65 Mbit/s of media for it
  ben.set_links({}, narrow());
  Peer::Track& camera = anna.publish(camera_of_1650_kbit());
  Peer::Track& microphone = anna.publish(sim::microphone());
  Subscriber& video = ben.subscribe(camera.producer);
  Subscriber& audio = ben.subscribe(microphone.producer);
  // When the receiver asks for all that it misses
  world.run_for(20s);
  // Then it is offered little more than the media. Each NACK answered, it was 8.8 Mbit/s.
  const double offered = static_cast<double>(down().offered_bytes) * 8 / 20 / 1e6;
  const double repeats = static_cast<double>(world.shard().counters().rtx_out);
  EXPECT_GT(world.shard().counters().nacks_in, 5000u);
  EXPECT_LT(offered, 2.3);
  EXPECT_LT(repeats, static_cast<double>(camera.publisher->frames_sent()) * 6 / 3);
  EXPECT_GT(refused(sfu::RepeatRefusal::kOverBudget), 1000u);
  EXPECT_GT(refused(sfu::RepeatRefusal::kTooSoon), 100u);
  // And of the audio, which shares its queue, about what does not fit is missing; it was 46 %.
  EXPECT_LT(audio_lost(microphone, audio), 0.35);
  expect_sound(video);
  expect_sound(audio);
}

TEST_F(Bottleneck, statistics_and_gauges_say_what_the_link_carries) {
  ben.set_links({}, narrow());
  ben.subscribe(anna.publish(camera_of_1650_kbit()).producer);
  world.run_for(10s);
  const auto stats = world.ask<control::MeetingStats>(control::GetMeetingStats{});
  std::size_t links = 0;
  for (const control::TransportStats& transport : stats.transports) {
    EXPECT_EQ(transport.link.has_value(),
              transport.transport == ben.receiving().created.transport ||
                  transport.transport == anna.receiving().created.transport);
    if (!transport.link || !transport.link->is_known) continue;
    ++links;
    EXPECT_GT(transport.link->target_bps, 300'000u);
    EXPECT_LT(transport.link->target_bps, 1'200'000u);
    EXPECT_GT(transport.link->sent_bps, 1'500'000u);
    EXPECT_NE(transport.link->cause, "start");
  }
  EXPECT_EQ(links, 1u) << "anna receives nothing, and reports nothing";
  const auto& by_state = world.shard().gauges().links;
  EXPECT_EQ(std::accumulate(by_state.begin(), by_state.end(), std::size_t{0}), 1u);
}

// 5 % of packets and of repeats lost, on a link that has room.
TEST_F(Bottleneck, loss_on_a_link_that_has_room_is_repaired_as_ever) {
  LinkProfile lossy;
  lossy.delay = 25ms;
  lossy.loss_permille = 50;
  ben.set_links({.delay = 25ms}, lossy);
  Peer::Track& camera = anna.publish(camera_of_1650_kbit());
  Subscriber& video = ben.subscribe(camera.producer);
  world.run_for(20s);
  camera.publisher->set_running(world.now(), false);
  world.run_for(2s);
  EXPECT_GT(world.shard().counters().rtx_out, 150u);
  EXPECT_EQ(refused(sfu::RepeatRefusal::kOverBudget), 0u);
  EXPECT_EQ(video.given_up(), 0u);
  EXPECT_GE(video.complete_frames(), camera.publisher->frames_sent() - 2);
}

// As when somebody walks behind a wall.
TEST_F(Bottleneck, what_a_short_outage_took_is_repaired) {
  Peer::Track& camera = anna.publish(camera_of_1650_kbit());
  Subscriber& video = ben.subscribe(camera.producer);
  world.run_for(5s);
  LinkProfile dead;
  dead.loss_permille = 1000;
  ben.set_links({}, dead);
  world.run_for(300ms);
  ben.set_links({}, {});
  world.run_for(5s);
  camera.publisher->set_running(world.now(), false);
  world.run_for(2s);
  EXPECT_EQ(video.given_up(), 0u);
  EXPECT_GE(video.complete_frames(), camera.publisher->frames_sent() - 2);
}

}  // namespace
}  // namespace confab::sim
