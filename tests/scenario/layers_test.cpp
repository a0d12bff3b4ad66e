// Changes of layers as a decoder takes them: whatever is chosen, whenever, each frame that arrives
// can be decoded.
#include "scenario.h"

namespace confab::sim {
namespace {

TrackOptions layered() {
  TrackOptions options;
  options.is_simulcast = true;
  options.packets_by_layer = {1, 2, 4};
  options.temporal_layers = 3;
  options.key_frame_times = 2;
  options.packet_spacing = 300us;
  return options;
}

struct LayersTest : testing::Test {
  LayersTest() { world.run_for(1s); }

  void prefer(const Subscriber& video, std::uint8_t spatial, std::uint8_t temporal) {
    world.ask<control::Done>(
        control::SetPreferredLayers{video.consumer().consumer, spatial, temporal});
  }
  double frames_per_second(const Subscriber& video, Duration duration) {
    const Instant from = world.now();
    world.run_for(duration);
    return static_cast<double>(video.decoder().shown_between(from, world.now())) /
           to_seconds(duration);
  }

  // Whatever is wanted, whenever: each frame that is sent can be decoded, and at the lowest frame
  // rate no gap is longer than two intervals.
  void change_often(const TrackOptions& options, Duration interval_max) {
    Peer::Track& track = anna.publish(options);
    Subscriber& video = ben.subscribe(track.producer);
    world.run_for(2s);
    SeededRandom random(52);
    const Instant from = world.now();
    for (int i = 0; i < 500; ++i) {
      prefer(video, static_cast<std::uint8_t>(random.between(0, 2)),
             static_cast<std::uint8_t>(random.between(0, 2)));
      world.run_for(std::chrono::milliseconds(random.between(30, 900)));
    }
    std::uint32_t stream = 0;
    std::size_t switches = 0;
    for (const Decoder::Shown& shown : video.decoder().shown()) {
      if (shown.at < from) continue;
      if (stream != 0 && shown.stream != stream) ++switches;
      stream = shown.stream;
    }
    EXPECT_GT(switches, 100u);
    EXPECT_EQ(video.decoder().undecodable(), 0u);
    EXPECT_LE(video.decoder().longest_gap(from, world.now()), 2 * interval_max);
    EXPECT_EQ(world.shard().counters().refused(sfu::RepeatRefusal::kNotHeld), 0u)
        << "nobody asks for what was left out";
    EXPECT_EQ(video.given_up(), 0u);
    expect_sound(video);
  }

  World world{{.seed = 51}};
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
};

TEST_F(LayersTest, five_hundred_changes_of_vp8_leave_no_frame_that_can_not_be_decoded) {
  // At 7.5 frames a second.
  change_often(layered(), 134ms);
}

TEST_F(LayersTest, five_hundred_changes_of_h264_leave_no_frame_that_can_not_be_decoded) {
  TrackOptions options = layered();
  options.is_h264 = true;
  options.temporal_layers = 1;
  change_often(options, 34ms);
}

TEST_F(LayersTest, frames_are_whole_however_late_their_packets_come) {
  LinkProfile wild;
  wild.loss_permille = 30;
  wild.reorder_permille = 100;
  anna.set_links(wild, {});
  Peer::Track& track = anna.publish(layered());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(3s);
  for (int i = 0; i < 100; ++i) {
    prefer(video, 2, static_cast<std::uint8_t>(i % 3));
    world.run_for(300ms);
  }
  anna.set_links({}, {});
  world.run_for(2s);
  track.publisher->set_running(world.now(), false);
  world.run_for(2s);
  expect_sound(video);
  EXPECT_EQ(video.decoder().undecodable(), 0u);
}

TEST_F(LayersTest, fewer_frames_are_sent_where_fewer_are_wanted) {
  Peer::Track& track = anna.publish(layered());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(5s);
  EXPECT_NEAR(frames_per_second(video, 4s), 30, 1);
  prefer(video, 2, 1);
  EXPECT_NEAR(frames_per_second(video, 4s), 15, 1);
  prefer(video, 2, 0);
  EXPECT_NEAR(frames_per_second(video, 4s), 7.5, 1);
  prefer(video, 2, 2);
  world.run_for(500ms);
  EXPECT_NEAR(frames_per_second(video, 4s), 30, 1);
  EXPECT_EQ(video.decoder().undecodable(), 0u);
  EXPECT_EQ(world.shard().counters().refused(sfu::RepeatRefusal::kNotHeld), 0u)
      << "nobody asks for what was left out";
}

TEST_F(LayersTest, what_was_left_out_is_not_asked_for_on_a_lossy_link) {
  LinkProfile lossy;
  lossy.loss_permille = 30;
  ben.set_links({}, lossy);
  Peer::Track& track = anna.publish(layered());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(3s);
  for (int i = 0; i < 20; ++i) {
    prefer(video, static_cast<std::uint8_t>(i % 3), static_cast<std::uint8_t>(i / 2 % 3));
    world.run_for(700ms);
  }
  track.publisher->set_running(world.now(), false);
  world.run_for(2s);
  expect_sound(video);
  EXPECT_EQ(video.decoder().undecodable(), 0u);
  EXPECT_EQ(video.given_up(), 0u);
}

}  // namespace
}  // namespace confab::sim
