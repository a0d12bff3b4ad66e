// Two, three, eleven people on a good network.
#include "scenario.h"
#include "sim/parameters.h"

namespace confab::sim {
namespace {

TEST(Basics, two_peers_see_and_hear_each_other) {
  World world({.seed = 1});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  Subscriber& video_of_anna = ben.subscribe(anna.publish(camera()).producer);
  Subscriber& audio_of_anna = ben.subscribe(anna.publish(microphone()).producer);
  Subscriber& video_of_ben = anna.subscribe(ben.publish(camera()).producer);
  Subscriber& audio_of_ben = anna.subscribe(ben.publish(microphone()).producer);

  world.run_for(10s);

  for (const Subscriber* subscriber :
       {&video_of_anna, &audio_of_anna, &video_of_ben, &audio_of_ben}) {
    expect_sound(*subscriber);
    expect_continuous(*subscriber);
    const bool is_video = subscriber->consumer().kind == ortc::MediaKind::kVideo;
    if (is_video) expect_decodable_start(*subscriber);
    EXPECT_GE(subscriber->complete_frames(), is_video ? 295u : 495u);
    EXPECT_EQ(subscriber->duplicates(), 0u);
    EXPECT_EQ(subscriber->repaired(), 0u);
  }
  EXPECT_EQ(world.bad_messages(), 0u);
  EXPECT_EQ(anna.unexpected_packets() + ben.unexpected_packets(), 0u);
  // No more key frames than the one that starts.
  EXPECT_EQ(anna.tracks().front()->publisher->key_frames_sent(), 1u);
}

TEST(Basics, of_what_a_near_receiver_was_sent_only_half_a_second_is_kept_from_the_start) {
  World world({.seed = 4, .dtls = true});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  ben.subscribe(anna.publish(camera()).producer);
  world.run_for(1s);
  const std::uint64_t before = world.shard().counters().rtp_in;
  world.run_for(1s);
  const std::uint64_t per_second = world.shard().counters().rtp_in - before;
  EXPECT_GT(world.shard().gauges().pool_in_use, per_second * 4 / 10);
  EXPECT_LT(world.shard().gauges().pool_in_use, per_second * 7 / 10);
}

// Both sides repeat their flights before the other's can have come.
TEST(Basics, a_far_receiver_is_known_to_be_far_from_the_start) {
  World world({.seed = 6, .dtls = true});
  Peer& anna = world.add_peer();
  LinkProfile far;
  far.delay = 100ms;
  Peer& ben = world.add_peer({.up = far, .down = far});
  world.run_for(3s);
  Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
  ASSERT_TRUE(world.run_until([&] { return video.complete_frames() > 0; }, 1s));
  const std::uint64_t before = world.shard().counters().rtp_in;
  world.run_for(900ms);
  EXPECT_GE(world.shard().gauges().pool_in_use, world.shard().counters().rtp_in - before);
}

TEST(Basics, a_newcomer_sees_a_key_frame_as_soon_as_its_transport_is_ready) {
  World world({.seed = 5, .dtls = true});
  Peer& anna = world.add_peer();
  world.run_for(1s);
  const ProducerId camera_of_anna = anna.publish(camera()).producer;
  world.run_for(2s);
  // Ben consumes, and resumes, while his handshake goes on.
  Peer& ben = world.add_peer();
  Subscriber& video = ben.subscribe(camera_of_anna);
  ASSERT_TRUE(world.run_until([&] { return ben.receiving().client->is_ready(); }, 1s));
  EXPECT_TRUE(world.run_until([&] { return video.complete_frames() > 0; }, 150ms));
}

TEST(Basics, handshakes_take_turns_when_many_join_at_once) {
  World world({.seed = 3, .dtls = true});
  std::uint64_t before = 0;
  std::uint64_t most = 0;
  world.set_probe([&](bool entering) {
    const std::uint64_t turns = world.shard().counters().handshake_turns;
    if (!entering) most = std::max(most, turns - before);
    before = turns;
  });
  std::vector<Peer*> peers;
  for (int i = 0; i < 10; ++i) peers.push_back(&world.add_peer());
  world.run_for(1s);
  EXPECT_EQ(most, 1u);
  EXPECT_GE(world.shard().counters().handshake_turns, 20u * 2);  // two flights of each transport
  for (Peer* peer : peers) {
    EXPECT_TRUE(peer->sending().client->is_ready());
    EXPECT_TRUE(peer->receiving().client->is_ready());
  }
}

TEST(Basics, a_real_dtls_handshake_leads_to_the_same) {
  for (const SrtpProfile profile :
       {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm, SrtpProfile::kAes128CmSha1_80}) {
    World world({.seed = 2, .dtls = true, .configure = [&](sfu::ShardConfig& config) {
                   config.srtp_profiles = {profile};
                 }});
    Peer& anna = world.add_peer();
    Peer& ben = world.add_peer();
    ASSERT_TRUE(world.run_until(
        [&] { return anna.sending().client->is_ready() && ben.receiving().client->is_ready(); },
        2s));
    Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
    world.run_for(3s);
    expect_sound(video);
    EXPECT_GE(video.complete_frames(), 80u);

    const auto stats = world.ask<control::MeetingStats>(control::GetMeetingStats{});
    ASSERT_EQ(stats.transports.size(), 4u);
    for (const control::TransportStats& transport : stats.transports) {
      EXPECT_TRUE(transport.ice_connected);
      EXPECT_TRUE(transport.dtls_connected);
      EXPECT_EQ(transport.srtp_profile, srtp_profile_name(profile));
    }
  }
}

TEST(Basics, a_tcp_peer_and_a_udp_peer_meet) {
  World world({.seed = 3});
  Peer& anna = world.add_peer({.tcp = true});
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  Subscriber& to_ben = ben.subscribe(anna.publish(camera()).producer);
  Subscriber& to_anna = anna.subscribe(ben.publish(camera()).producer);
  world.run_for(3s);
  expect_sound(to_ben);
  expect_sound(to_anna);
  EXPECT_GE(to_ben.complete_frames(), 80u);
  EXPECT_GE(to_anna.complete_frames(), 80u);
  // Frames of a TCP stream carry their lengths: equal sizes would buy nothing.
  EXPECT_EQ(to_anna.padding_bytes(), 0u);
}

TEST(Basics, a_late_joiner_starts_with_a_key_frame_soon) {
  World world({.seed = 4});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  const ProducerId producer = anna.publish(camera()).producer;
  ben.subscribe(producer);
  world.run_for(20s);

  Peer& carl = world.add_peer();
  world.run_for(500ms);
  const Instant asked = world.now();
  Subscriber& late = carl.subscribe(producer);
  ASSERT_TRUE(world.run_until([&] { return late.complete_frames() > 0; }, 2s));
  expect_sound(late);
  expect_decodable_start(late);
  // The wish goes up, the next frame is a key frame and comes down: 4 * 10 ms and a frame's time.
  EXPECT_LE(world.now() - asked, 80ms);
}

TEST(Basics, packets_before_produce_are_dropped_without_harm) {
  World world({.seed = 5});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  // The browser starts to send when its own description is set, before signaling got through.
  Peer::Track& track = anna.publish(camera());
  world.ask<control::Done>(control::CloseProducer{track.producer});
  world.run_for(200ms);
  EXPECT_GT(world.shard().counters().dropped(sfu::Drop::kRtpUnknownStream), 0u);

  control::Produce again;
  again.transport = anna.sending().created.transport;
  again.kind = ortc::MediaKind::kVideo;
  const Publisher::Stream& stream = track.publisher->streams().front();
  again.rtp_parameters = vp8_parameters("0", stream.ssrc.value, stream.rtx_ssrc.value, "anna");
  Subscriber& video = ben.subscribe(world.ask<control::Produced>(again).producer);
  world.run_for(1s);
  expect_sound(video);
  EXPECT_GE(video.complete_frames(), 25u);
}

TEST(Basics, who_speaks_is_told_when_it_changes) {
  World world({.seed = 6});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  TrackOptions loud = microphone();
  loud.audio_level_dbov = -20;
  const ProducerId speaker = anna.publish(loud).producer;
  ben.publish(microphone());
  Publisher& voice = *anna.tracks().front()->publisher;
  world.run_for(5s);
  voice.set_running(world.now(), false);
  world.run_for(1s);
  voice.set_running(world.now(), true);
  world.run_for(1s);

  const auto told = events_of<control::ActiveSpeakers>(world);
  ASSERT_EQ(told.size(), 3u);
  ASSERT_EQ(told[0].speakers.size(), 1u);
  EXPECT_EQ(told[0].speakers[0].producer, speaker);
  EXPECT_TRUE(told[1].speakers.empty());
  EXPECT_EQ(told[2].speakers.size(), 1u);
}

// How much later than the sound the picture would be played, by the sender reports: what was
// captured at one moment must have one NTP time, though the streams' clocks start at random.
double lips_ms(const Subscriber& video, const Subscriber& audio) {
  const auto ntp_ms = [](const Subscriber& s, rtp::RtpTime t, std::int64_t rate) {
    const auto base = static_cast<std::int64_t>(s.last_report()->ntp.value >> 22);
    return base * 1000 / 1024 +
           std::int64_t{rtp::distance(s.last_report()->rtp_time, t)} * 1000 / rate;
  };
  const Subscriber::Step& picture = video.steps().rbegin()->second;
  const Subscriber::Step& sound = audio.steps().rbegin()->second;
  const std::int64_t picture_ms = ntp_ms(video, picture.timestamp, 90'000);
  const std::int64_t sound_ms = ntp_ms(audio, sound.timestamp, 48'000);
  return static_cast<double>(picture_ms - sound_ms - to_ms(picture.at - sound.at));
}

TEST(Basics, sender_reports_let_a_receiver_sync_lips) {
  World world({.seed = 7});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
  Subscriber& audio = ben.subscribe(anna.publish(microphone()).producer);
  world.run_for(6s);
  ASSERT_TRUE(video.last_report() && audio.last_report());
  EXPECT_GE(video.reports(), 4u);
  // Both travel 20 ms and the start of a frame waits for its end 2 ms at most.
  EXPECT_NEAR(lips_ms(video, audio), 0, 4.0);
}

TEST(Basics, lips_stay_in_sync_when_a_publisher_has_no_wall_clock) {
  World world({.seed = 7});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  TrackOptions camera_only = camera();
  TrackOptions microphone_only = microphone();
  camera_only.has_wall_clock = microphone_only.has_wall_clock = false;
  Subscriber& video = ben.subscribe(anna.publish(camera_only).producer);
  // Their reports do not go at the same moment.
  world.run_for(399ms);
  Subscriber& audio = ben.subscribe(anna.publish(microphone_only).producer);
  for (int second = 0; second < 6; ++second) {
    world.run_for(1s);
    if (video.last_report() && audio.last_report()) EXPECT_NEAR(lips_ms(video, audio), 0, 10.0);
  }
  EXPECT_GE(video.reports(), 4u);
  EXPECT_GE(audio.reports(), 4u);
}

TEST(Basics, statistics_tell_what_was_measured) {
  World world({.seed = 8});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  ben.subscribe(anna.publish(camera()).producer);
  world.run_for(5s);
  const auto stats = world.ask<control::MeetingStats>(control::GetMeetingStats{});
  ASSERT_EQ(stats.producers.size(), 1u);
  EXPECT_EQ(stats.producers[0].codec, "video/VP8");
  EXPECT_NEAR(static_cast<double>(stats.producers[0].packets_received), 750, 10);
  EXPECT_EQ(stats.producers[0].packets_lost, 0u);
  ASSERT_EQ(stats.consumers.size(), 1u);
  EXPECT_NEAR(static_cast<double>(stats.consumers[0].packets_sent), 750, 15);
  EXPECT_NEAR(stats.consumers[0].rtt_us, 20'000, 3'000);
}

TEST(Basics, publishers_get_transport_wide_feedback_ten_times_a_second) {
  World world({.seed = 9});
  Peer& anna = world.add_peer();
  world.run_for(500ms);
  anna.publish(camera());
  world.run_for(1s);
  const std::uint64_t before = world.shard().counters().twcc_feedback_out;
  world.run_for(10s);
  // 100 ms from the first packet that is not reported yet, which comes up to 33 ms later.
  const std::uint64_t reports = world.shard().counters().twcc_feedback_out - before;
  EXPECT_GE(reports, 74u);
  EXPECT_LE(reports, 101u);
}

TEST(Basics, a_publisher_that_knows_only_remb_gets_remb) {
  World world({.seed = 10});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  TrackOptions old_fashioned = camera();
  old_fashioned.has_transport_cc = false;
  const Peer::Track& track = anna.publish(old_fashioned);
  const Peer::Track& current = ben.publish(camera());
  world.run_for(3s);
  EXPECT_NEAR(static_cast<double>(track.publisher->remb_bps()), 3e6, 1e4);
  EXPECT_EQ(current.publisher->remb_bps(), 0u);
}

}  // namespace
}  // namespace confab::sim
