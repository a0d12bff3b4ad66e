// Whatever pauses, resumes, moves or changes layers behind it: a receiver's stream never breaks, on
// the sender's shard or on another.
#include "scenario.h"

namespace confab::sim {
namespace {

// The parameter is the shard that ben, who receives, is on.
struct Continuity : testing::TestWithParam<std::uint8_t> {
  Continuity() { world.run_for(500ms); }
  World world{{.seed = 21, .shards = static_cast<std::uint8_t>(GetParam() + 1)}};
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer({.shard = GetParam()});

  std::size_t frames_in(Subscriber& subscriber, Duration duration) {
    const std::size_t before = subscriber.complete_frames();
    world.run_for(duration);
    return subscriber.complete_frames() - before;
  }
};

TEST_P(Continuity, a_consumer_pauses_and_resumes_with_a_key_frame) {
  Peer::Track& track = anna.publish(camera());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(2s);
  const ConsumerId id = video.consumer().consumer;
  world.ask<control::Done>(control::SetConsumerPaused{id, true});
  world.run_for(100ms);
  EXPECT_EQ(frames_in(video, 2s), 0u);
  world.ask<control::Done>(control::SetConsumerPaused{id, false});
  EXPECT_GE(frames_in(video, 2s), 55u);
  expect_sound(video);
  expect_decodable_start(video);
  expect_continuous(video);
  EXPECT_EQ(track.publisher->key_frames_sent(), 2u);
}

TEST_P(Continuity, a_producer_pauses_and_resumes) {
  Peer::Track& track = anna.publish(camera());
  Subscriber& video = ben.subscribe(track.producer);
  Peer::Track& microphone_track = anna.publish(microphone());
  Subscriber& audio = ben.subscribe(microphone_track.producer);
  world.run_for(2s);
  for (const ProducerId& id : {track.producer, microphone_track.producer}) {
    world.ask<control::Done>(control::SetProducerPaused{id, true});
  }
  world.run_for(100ms);
  // A muted browser goes on sending black and silence; nobody gets it.
  EXPECT_EQ(frames_in(video, 1s), 0u);
  EXPECT_EQ(frames_in(audio, 1s), 0u);
  for (const ProducerId& id : {track.producer, microphone_track.producer}) {
    world.ask<control::Done>(control::SetProducerPaused{id, false});
  }
  EXPECT_GE(frames_in(audio, 1s), 45u);
  EXPECT_GE(frames_in(video, 1s), 28u);
  expect_sound(video);
  expect_decodable_start(video);
  expect_continuous(video);
  expect_continuous(audio);
  EXPECT_EQ(track.publisher->key_frames_sent(), 2u);
}

TEST_P(Continuity, ten_pauses_with_loss_leave_no_gap) {
  LinkProfile lossy;
  lossy.loss_permille = 50;
  ben.set_links(lossy, lossy);
  Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
  for (int i = 0; i < 10; ++i) {
    world.run_for(700ms);
    world.ask<control::Done>(control::SetConsumerPaused{video.consumer().consumer, true});
    world.run_for(300ms);
    world.ask<control::Done>(control::SetConsumerPaused{video.consumer().consumer, false});
  }
  world.run_for(500ms);
  anna.tracks().front()->publisher->set_running(world.now(), false);
  world.run_for(2s);
  expect_sound(video);
  EXPECT_EQ(video.given_up(), 0u);
}

// What is asked for again may be of the layer before, with that one's numbers, clock and picture
// ids.
TEST_P(Continuity, ten_changes_of_layer_with_loss_leave_no_gap) {
  LinkProfile lossy;
  lossy.loss_permille = 50;
  ben.set_links(lossy, lossy);
  Peer::Track& track = anna.publish(simulcast());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(2s);
  for (int i = 0; i < 10; ++i) {
    world.ask<control::Done>(control::SetPreferredLayers{
        video.consumer().consumer, static_cast<std::uint8_t>(i % 2 == 0 ? 0 : 2), 0});
    world.run_for(700ms);
  }
  track.publisher->set_running(world.now(), false);
  world.run_for(2s);
  expect_sound(video);
  expect_continuous(video);
  EXPECT_EQ(video.given_up(), 0u);
}

TEST_P(Continuity, an_address_change_keeps_the_session) {
  Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
  world.run_for(2s);
  anna.move();
  ben.move();
  EXPECT_GE(frames_in(video, 3s), 80u);
  expect_sound(video);
  std::size_t paths = 0;
  for (std::uint8_t i = 0; i < world.shards(); ++i) paths += world.shard(i).gauges().paths;
  EXPECT_EQ(paths, 8u);  // the old ones may come back
}

TEST_P(Continuity, simulcast_forwards_the_highest_layer_and_changes_without_a_break) {
  Peer::Track& track = anna.publish(simulcast());
  Subscriber& video = ben.subscribe(track.producer);
  const auto layer = [&] { return video.latest_stream() - track.publisher->streams()[0].number; };
  const auto prefer = [&](std::uint8_t spatial) {
    world.ask<control::Done>(control::SetPreferredLayers{video.consumer().consumer, spatial, 0});
    world.run_for(1s);
  };
  world.run_for(2s);
  EXPECT_EQ(layer(), 2u);
  prefer(0);
  EXPECT_EQ(layer(), 0u);
  prefer(1);
  EXPECT_EQ(layer(), 1u);
  prefer(2);
  EXPECT_EQ(layer(), 2u);
  expect_sound(video);
  expect_decodable_start(video);
  expect_continuous(video);
  EXPECT_EQ(video.consumer().type, ortc::ProducerType::kSimulcast);
}

TEST_P(Continuity, a_layer_that_stops_is_replaced_and_taken_up_again) {
  Peer::Track& track = anna.publish(simulcast());
  Subscriber& video = ben.subscribe(track.producer);
  const auto layer = [&] { return video.latest_stream() - track.publisher->streams()[0].number; };
  world.run_for(3s);
  ASSERT_EQ(layer(), 2u);
  // A browser short of bandwidth or CPU drops the highest layer without a word.
  track.publisher->streams()[2].is_active = false;
  world.run_for(3s);
  EXPECT_EQ(layer(), 1u);
  EXPECT_LE(world.now() - video.latest_at(), 50ms);
  track.publisher->streams()[2].is_active = true;
  world.run_for(2s);
  EXPECT_EQ(layer(), 2u);
  expect_sound(video);
  expect_decodable_start(video);
  expect_continuous(video);
}

TEST_P(Continuity, a_publisher_that_begins_anew_with_other_ssrcs_is_followed) {
  Peer::Track& track = anna.publish(simulcast());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(2s);
  track.publisher->restart_streams(world.random());
  EXPECT_GE(frames_in(video, 2s), 55u);
  expect_sound(video);
  expect_decodable_start(video);
  expect_continuous(video);
}

// RFC 3550 §5.1: a base is random, and a source may take another one (a device was changed, the
// machine slept).
TEST_P(Continuity, time_goes_on_for_the_receiver_when_a_camera_s_clock_steps) {
  LinkProfile lossy;
  lossy.loss_permille = 50;
  ben.set_links(lossy, lossy);
  Peer::Track& track = anna.publish(simulcast());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(3s);
  constexpr std::int32_t kRate = 90'000;
  for (const std::int32_t seconds : {-5, 40, -3600}) {
    for (Publisher::Stream& stream : track.publisher->streams()) {
      stream.timestamp_base += static_cast<std::uint32_t>(seconds * kRate);
    }
    EXPECT_GE(frames_in(video, 500ms), 12u) << "without a wait for a key frame";
    for (const std::uint8_t spatial : {std::uint8_t{0}, std::uint8_t{2}}) {
      world.ask<control::Done>(control::SetPreferredLayers{video.consumer().consumer, spatial, 0});
      world.run_for(1s);
    }
  }
  track.publisher->set_running(world.now(), false);
  world.run_for(2s);
  expect_sound(video);
  expect_continuous(video);
  // By the receiver's clock no more time has passed than by everybody's.
  const Subscriber::Step& first = video.steps().begin()->second;
  const Subscriber::Step& last = video.steps().rbegin()->second;
  const double shown = rtp::distance(first.timestamp, last.timestamp) / double{kRate};
  EXPECT_NEAR(shown, to_seconds(last.at - first.at), 0.3);
}

TEST_P(Continuity, what_a_report_said_before_the_clock_stepped_is_not_repeated) {
  Peer::Track& track = anna.publish(camera());
  Subscriber& video = ben.subscribe(track.producer);
  const auto error_ms = [&] {
    const auto& report = video.last_report();
    const Subscriber::Step& last = video.steps().rbegin()->second;
    // What the report says of the newest frame's moment, against when it came.
    const double behind = rtp::distance(last.timestamp, report->rtp_time) / 90.0;
    return behind - static_cast<double>(to_ms(report->at - last.at));
  };
  world.run_for(3s);
  ASSERT_TRUE(video.last_report());
  EXPECT_NEAR(error_ms(), 0, 100);
  // Often enough that a report of ours is due before the publisher's next.
  for (int i = 0; i < 1000; ++i) {
    if (i % 40 == 0) track.publisher->streams()[0].timestamp_base -= 5 * 90'000;
    world.run_for(10ms);
    // A frame may be on its way.
    const bool is_settled = i % 40 > 10;
    if (is_settled && video.last_report()->at > world.now() - 10ms) {
      EXPECT_NEAR(error_ms(), 0, 100);
    }
  }
}

TEST_P(Continuity, a_key_frame_is_asked_for_at_a_bounded_rate) {
  Peer::Track& track = anna.publish(camera());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(2s);
  const std::uint32_t before = track.publisher->key_frame_requests();
  for (int i = 0; i < 100; ++i) {
    video.ask_for_key_frame();
    world.run_for(10ms);
  }
  const std::uint32_t asked = track.publisher->key_frame_requests() - before;
  EXPECT_GE(asked, 2u);
  EXPECT_LE(asked, 5u);
}

TEST_P(Continuity, one_receiver_that_asks_without_end_does_not_cost_the_others_their_picture) {
  Peer::Track& track = anna.publish(camera());
  Subscriber& video = ben.subscribe(track.producer);
  Peer& carl = world.add_peer();
  world.run_for(500ms);
  Subscriber& other = carl.subscribe(track.producer);
  world.run_for(2s);
  const auto flood = [&](Duration duration) {
    const std::uint32_t before = track.publisher->key_frames_sent();
    for (Instant end = world.now() + duration; world.now() < end;) {
      video.ask_for_key_frame();
      world.run_for(20ms);
    }
    return track.publisher->key_frames_sent() - before;
  };
  flood(10s);
  EXPECT_LE(flood(30s), 11u);
  // Somebody else's wish is served meanwhile as ever.
  const std::uint32_t before = track.publisher->key_frames_sent();
  other.ask_for_key_frame();
  world.run_for(100ms);
  EXPECT_EQ(track.publisher->key_frames_sent(), before + 1);
  expect_sound(other);
}

INSTANTIATE_TEST_SUITE_P(Shards, Continuity, testing::Values(0, 1),
                         [](const auto& test) { return test.param == 0 ? "together" : "piped"; });

TEST(IceRestart, keeps_the_dtls_session) {
  World world({.seed = 22, .dtls = true});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(1s);
  Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
  world.run_for(2s);
  const std::string old_ufrag = anna.sending().created.ice.username_fragment;
  for (Peer* peer : {&anna, &ben}) {
    peer->move();
    peer->restart_ice();
  }
  const std::size_t before = video.complete_frames();
  world.run_for(3s);
  EXPECT_GE(video.complete_frames() - before, 80u);
  expect_sound(video);
  EXPECT_EQ(anna.sending().client->dtls_handshakes(), 1u);
  EXPECT_EQ(ben.receiving().client->dtls_handshakes(), 1u);
  // The old credentials ended with the first use of the new.
  EXPECT_EQ(world.shard().gauges().ufrags, 4u);
}

}  // namespace
}  // namespace confab::sim
