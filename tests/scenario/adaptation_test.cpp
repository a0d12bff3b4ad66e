// Behind a link that does not carry everything, and whose rate changes.
#include "sim/adaptation.h"

#include <algorithm>

#include "scenario.h"

namespace confab::sim {
namespace {

LinkProfile link_of(std::uint64_t rate_bps) {
  LinkProfile link;
  link.rate_bps = rate_bps;
  link.delay = 20ms;
  return link;
}

TEST(Adaptation, a_receiver_behind_half_a_megabit_sees_and_hears_without_a_break) {
  const Seen before = watch(link_of(500'000), {.seed = 5, .adapts = false});
  const Seen seen = watch(link_of(500'000), {.seed = 5});
  EXPECT_LT(before.frames_per_second, 10) << "where nothing measures the link";
  EXPECT_GT(seen.frames_per_second, 25);
  EXPECT_LE(seen.freezes, 1);
  EXPECT_LT(seen.audio_lost, 0.01);
}

TEST(Adaptation, a_link_with_room_gets_the_highest_layer) {
  const Seen seen = watch(link_of(5'000'000), {.seed = 6});
  EXPECT_GT(seen.frames_per_second, 29);
  EXPECT_EQ(seen.freezes, 0);
  EXPECT_GT(seen.layer, 1.99);
}

TEST(Adaptation, a_fall_to_a_quarter_is_followed_within_a_second) {
  const Steps steps = watch_steps(link_of(3'000'000), {.seed = 7});
  EXPECT_LT(steps.fallen.longest_gap_s, 1);
  EXPECT_GT(steps.fallen.frames_per_second, 15);
}

TEST(Adaptation, a_receiver_is_told_what_it_is_sent_and_why) {
  World world({.seed = 8});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer({.down = link_of(500'000)});
  world.run_for(500ms);
  TrackOptions options;
  options.is_simulcast = true;
  options.packets_by_layer = {1, 2, 6};
  const Subscriber& video = ben.subscribe(anna.publish(options).producer);
  world.run_for(10s);
  const auto told = events_of<control::ConsumerQuality>(world);
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back().consumer, video.consumer().consumer);
  EXPECT_EQ(told.back().transport, ben.receiving().created.transport);
  EXPECT_TRUE(told.back().layers.reason == control::LayerReason::kEstimate ||
              told.back().layers.reason == control::LayerReason::kProbeWait ||
              told.back().layers.reason == control::LayerReason::kDraining);
  EXPECT_LT(told.back().layers.current_spatial, 2);
  EXPECT_LE(told.size(), 10u) << "once a second at the most";
  const auto stats = world.ask<control::MeetingStats>(control::GetMeetingStats{ben.participant()});
  ASSERT_EQ(stats.consumers.size(), 1u);
  ASSERT_TRUE(stats.consumers[0].layers);
  EXPECT_EQ(stats.consumers[0].layers->current_spatial, told.back().layers.current_spatial);
  EXPECT_TRUE(stats.producers.empty()) << "anna's";
}

TEST(Adaptation, where_not_even_the_smallest_picture_fits_sound_goes_on_alone_until_it_does) {
  World world({.seed = 9});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer({.down = link_of(1'000'000)});
  world.run_for(500ms);
  TrackOptions options;
  options.is_simulcast = true;
  options.packets_by_layer = {1, 2, 6};
  options.temporal_layers = 3;
  const Subscriber& video = ben.subscribe(anna.publish(options).producer);
  const Subscriber& audio = ben.subscribe(anna.publish(microphone()).producer);
  world.run_for(5s);
  ASSERT_FALSE(video.decoder().shown().empty());

  ben.set_links({}, link_of(100'000));
  world.run_for(10s);
  const auto reason = [&] {
    return events_of<control::ConsumerQuality>(world).back().layers.reason;
  };
  EXPECT_EQ(reason(), control::LayerReason::kPausedEstimate);
  EXPECT_GT(world.shard().counters().dropped(sfu::Drop::kLinkTooSmall), 0u);
  const Instant quiet = world.now();
  world.run_for(10s);
  const auto heard = std::ranges::count_if(
      audio.steps(), [&](const auto& step) { return step.second.at >= quiet; });
  EXPECT_GE(heard, 490) << "of 500";
  EXPECT_EQ(reason(), control::LayerReason::kPausedEstimate) << "it does not come and go";

  ben.set_links({}, link_of(1'000'000));
  world.run_for(20s);
  EXPECT_NE(reason(), control::LayerReason::kPausedEstimate);
  EXPECT_GT(video.decoder().shown_between(world.now() - 5s, world.now()), 100u);
}

// Everybody is muted: nothing but probes can tell that the link carries something again.
TEST(Adaptation, a_picture_that_was_paused_comes_back_where_nobody_speaks) {
  World world({.seed = 10});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer({.down = link_of(1'000'000)});
  world.run_for(500ms);
  TrackOptions options;
  options.is_simulcast = true;
  options.packets_by_layer = {1, 2, 6};
  const Subscriber& video = ben.subscribe(anna.publish(options).producer);
  world.run_for(5s);
  ASSERT_FALSE(video.decoder().shown().empty());
  LinkProfile broken = link_of(1'000'000);
  broken.loss_permille = 1000;
  ben.set_links({}, broken);
  world.run_for(20s);
  EXPECT_EQ(events_of<control::ConsumerQuality>(world).back().layers.reason,
            control::LayerReason::kPausedEstimate);
  ben.set_links({}, link_of(1'000'000));
  world.run_for(40s);
  EXPECT_GT(video.decoder().shown_between(world.now() - 5s, world.now()), 100u);
}

// Each gate of docs/bwe.md.
TEST(Adaptation, gates) {
  for (const Gate& gate : run_adaptation_gates()) {
    EXPECT_TRUE(gate.is_ok()) << gate.name << ": " << gate.value << ", not " << gate.low << " to "
                              << gate.high;
  }
}

}  // namespace
}  // namespace confab::sim
