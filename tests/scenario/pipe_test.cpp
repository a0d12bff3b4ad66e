// One meeting on several shards: nobody in it can tell (see continuity_test.cpp as well).
#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

#include "scenario.h"

namespace confab::sim {
namespace {

// Anna is where the meeting began; ben and carl are on the second shard.
struct Piped : testing::Test {
  explicit Piped(const WorldOptions& options = {.seed = 61, .shards = 2}) : world(options) {
    world.run_for(500ms);
  }
  World world;
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer({.shard = 1});
  Peer& carl = world.add_peer({.shard = 1});

  const sfu::ShardCounters& home() { return world.shard(0).counters(); }
  const sfu::ShardCounters& far() { return world.shard(1).counters(); }
  std::size_t frames_in(Subscriber& subscriber, Duration duration) {
    const std::size_t before = subscriber.complete_frames();
    world.run_for(duration);
    return subscriber.complete_frames() - before;
  }
  std::uint64_t piped_in(Duration duration) {
    const std::uint64_t before = home().pipe_packets_out;
    world.run_for(duration);
    return home().pipe_packets_out - before;
  }
};

Lost three_shards(std::uint64_t seed) {
  World world({.seed = seed, .notes_fates = true, .shards = 3});
  std::vector<Peer*> peers;
  for (std::uint8_t shard = 0; shard < 3; ++shard) {
    peers.push_back(&world.add_peer({.up = bad_link(), .down = bad_link(), .shard = shard}));
  }
  world.run_for(1500ms);
  TrackOptions video = camera();
  video.packets_per_frame = 3;
  for (Peer* from : peers) {
    const ProducerId producer = from->publish(video).producer;
    for (Peer* to : peers) {
      if (to != from) to->subscribe(producer);
    }
  }
  world.run_for(6s);
  for (Peer* peer : peers) peer->tracks().front()->publisher->set_running(world.now(), false);
  world.run_for(3s);

  Lost all;
  for (Peer* to : peers) {
    for (const auto& subscriber : to->subscribers()) {
      expect_sound(*subscriber);
      const auto from = std::ranges::find_if(peers, [&](Peer* peer) {
        return peer->tracks().front()->producer == subscriber->consumer().producer;
      });
      Publisher& publisher = *(*from)->tracks().front()->publisher;
      const Lost lost = count_lost(world, *subscriber, to->number(), publisher.streams()[0].number,
                                   publisher.frames_sent() - 1, 3);
      all.frames += lost.frames;
      all.excused += lost.excused;
      all.unexcused += lost.unexcused;
    }
  }
  EXPECT_EQ(world.bad_messages(), 0u);
  return all;
}

TEST(Pipes, no_frame_is_lost_between_three_shards_over_20_seeds) {
  Lost all;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Lost lost = three_shards(seed);
    EXPECT_EQ(lost.unexcused, 0u) << "seed " << seed;
    all.frames += lost.frames;
    all.excused += lost.excused;
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GE(all.frames, 20u * 6 * 150);
  EXPECT_LE(all.excused * 1000, all.frames) << all.excused << " of " << all.frames;
}

TEST_F(Piped, each_packet_is_copied_once_for_ten_consumers) {
  const Peer::Track& track = anna.publish(camera());
  const ProducerId audio = anna.publish(microphone()).producer;
  for (int i = 0; i < 5; ++i) {
    for (Peer* to : {&ben, &carl}) {
      to->subscribe(track.producer);
      to->subscribe(audio);
    }
  }
  world.run_for(2s);
  const sfu::ShardCounters before = home();
  const sfu::ShardCounters far_before = far();
  const std::uint32_t frames_before = track.publisher->frames_sent();
  world.run_for(10s);
  const std::uint32_t frames = track.publisher->frames_sent() - frames_before;
  EXPECT_EQ(home().pipe_packets_out - before.pipe_packets_out, home().rtp_in - before.rtp_in);
  EXPECT_NEAR(static_cast<double>(home().pipe_packets_out - before.pipe_packets_out),
              frames * 5 + 500, 10);
  EXPECT_NEAR(static_cast<double>(far().pipe_packets_in - far_before.pipe_packets_in),
              frames * 5 + 500, 10);
  EXPECT_EQ(far().dropped(sfu::Drop::kPipeUnknownProducer), 0u);
  for (Peer* to : {&ben, &carl}) {
    for (const auto& subscriber : to->subscribers()) {
      expect_sound(*subscriber);
      expect_continuous(*subscriber);
      if (subscriber->consumer().kind == ortc::MediaKind::kVideo) {
        expect_decodable_start(*subscriber);
        EXPECT_GE(subscriber->complete_frames() + 3, frames + frames_before);
      }
    }
  }
}

TEST_F(Piped, what_nobody_over_there_wants_is_not_carried) {
  Peer::Track& track = anna.publish(camera());
  Subscriber& first = ben.subscribe(track.producer, true);
  Subscriber& second = carl.subscribe(track.producer, true);
  EXPECT_EQ(piped_in(2s), 0u);
  world.ask<control::Done>(control::SetConsumerPaused{first.consumer().consumer, false});
  EXPECT_GT(piped_in(2s), 250u);
  world.ask<control::Done>(control::SetConsumerPaused{second.consumer().consumer, false});
  ben.unsubscribe(first);
  EXPECT_GT(piped_in(2s), 250u);
  carl.unsubscribe(second);
  world.run_for(10ms);
  EXPECT_EQ(piped_in(2s), 0u);
}

TEST_F(Piped, only_the_layers_that_are_watched_are_carried) {
  Peer::Track& track = anna.publish(simulcast());
  Subscriber& video = ben.subscribe(track.producer);
  const auto layer = [&] { return video.latest_stream() - track.publisher->streams()[0].number; };
  const auto prefer = [&](Subscriber& subscriber, std::uint8_t spatial) {
    world.ask<control::Done>(
        control::SetPreferredLayers{subscriber.consumer().consumer, spatial, 0});
    world.run_for(1s);
  };
  world.run_for(2s);
  EXPECT_EQ(layer(), 2u);
  prefer(video, 0);
  EXPECT_EQ(layer(), 0u);
  EXPECT_NEAR(static_cast<double>(piped_in(1s)), 60, 3);  // 2 packets a frame
  Subscriber& other = carl.subscribe(track.producer);
  prefer(other, 1);
  EXPECT_NEAR(static_cast<double>(piped_in(1s)), 120, 6);
  prefer(video, 2);
  EXPECT_EQ(layer(), 2u);
  for (Subscriber* subscriber : {&video, &other}) {
    expect_sound(*subscriber);
    expect_decodable_start(*subscriber);
    expect_continuous(*subscriber);
  }
}

// A packet that comes in the turn in which the producer was resumed is not ahead of that.
TEST_F(Piped, what_changed_is_told_before_the_packets_that_follow) {
  const ProducerId producer = anna.publish(microphone()).producer;
  ben.subscribe(producer);
  world.run_for(1s);
  const auto set_paused_now = [&](bool paused) {
    (void)world.shard(0).handle_command(
        world.now(), {1, world.meeting(), control::SetProducerPaused{producer, paused}});
  };
  for (int i = 0; i < 50; ++i) {
    set_paused_now(true);
    world.run_for(101ms);
    bool resumed = false;
    // At the beginning of a turn, often of one with a packet in it.
    world.set_probe([&](bool entering) {
      if (entering && !std::exchange(resumed, true)) set_paused_now(false);
    });
    world.run_for(100ms);
    world.set_probe({});
  }
  EXPECT_GT(home().dropped(sfu::Drop::kProducerPaused), 200u);
  EXPECT_EQ(far().dropped(sfu::Drop::kProducerPaused), 0u);
}

TEST_F(Piped, a_producer_that_is_paused_when_it_is_piped_stays_so) {
  Peer::Track& track = anna.publish(camera());
  world.ask<control::Done>(control::SetProducerPaused{track.producer, true});
  Subscriber& video = ben.subscribe(track.producer);
  EXPECT_TRUE(video.consumer().producer_paused);
  EXPECT_EQ(frames_in(video, 1s), 0u);
  world.ask<control::Done>(control::SetProducerPaused{track.producer, false});
  EXPECT_GE(frames_in(video, 1s), 27u);
}

TEST_F(Piped, a_late_joiner_starts_with_a_key_frame_soon) {
  const ProducerId producer = anna.publish(camera()).producer;
  ben.subscribe(producer);
  world.run_for(5s);
  const Instant asked = world.now();
  Subscriber& late = carl.subscribe(producer);
  ASSERT_TRUE(world.run_until([&] { return late.complete_frames() > 0; }, 2s));
  expect_decodable_start(late);
  // As on one shard, and the wish goes through the pipe and the frame comes back.
  EXPECT_LE(world.now() - asked, 81ms);
}

// What each of many consumers asks for with each packet goes over as one wish now and then.
TEST_F(Piped, wishes_for_a_key_frame_that_does_not_come_are_few) {
  const ProducerId producer = anna.publish(camera()).producer;
  ben.subscribe(producer);
  world.run_for(2s);
  LinkProfile deaf;
  deaf.loss_permille = 1000;
  anna.set_links({}, deaf);
  for (int i = 0; i < 5; ++i) carl.subscribe(producer);
  const std::uint64_t before = world.pipe(1, 0).committed();
  world.run_for(3s);
  EXPECT_GE(world.pipe(1, 0).committed() - before, 8u);
  EXPECT_LE(world.pipe(1, 0).committed() - before, 12u);
  EXPECT_EQ(carl.subscribers().front()->complete_frames(), 0u);
  anna.set_links({}, {});
  EXPECT_GE(frames_in(*carl.subscribers().front(), 2s), 40u);
}

// The NTP time of a frame as a receiver reckons it, by the last report it was sent.
std::int64_t ntp_of(const Subscriber& subscriber, rtp::RtpTime timestamp, std::uint32_t rate) {
  const std::int32_t ticks = rtp::distance(subscriber.last_report()->rtp_time, timestamp);
  return static_cast<std::int64_t>(subscriber.last_report()->ntp.value) +
         sfu::ticks_to_ntp(ticks, rate);
}

TEST_F(Piped, sender_reports_say_the_same_on_both_shards) {
  Peer& dora = world.add_peer();
  world.run_for(500ms);
  struct Pair {
    Subscriber& near;
    Subscriber& over_there;
    std::uint32_t rate;
  };
  const auto subscribe = [&](const TrackOptions& track, std::uint32_t rate) {
    const ProducerId producer = anna.publish(track).producer;
    return Pair{dora.subscribe(producer), ben.subscribe(producer), rate};
  };
  const std::array pairs = {subscribe(camera(), 90'000), subscribe(microphone(), 48'000)};
  world.run_for(6s);
  for (const auto& [near, over_there, rate] : pairs) {
    ASSERT_TRUE(near.last_report() && over_there.last_report());
    const auto& [tag, frame] = *std::prev(near.frames().end(), 10);
    const auto same = over_there.frames().find(tag);
    ASSERT_NE(same, over_there.frames().end());
    const std::int64_t apart =
        ntp_of(near, frame.timestamp, rate) - ntp_of(over_there, same->second.timestamp, rate);
    // Each of the two rounds to a tick of the stream's clock.
    EXPECT_LE(std::abs(apart), sfu::ticks_to_ntp(2, rate));
  }
}

TEST_F(Piped, who_speaks_is_told_once_for_all_shards) {
  TrackOptions loud = microphone();
  loud.audio_level_dbov = -20;
  const ProducerId at_home = anna.publish(loud).producer;
  loud.audio_level_dbov = -30;
  const ProducerId over_there = ben.publish(loud).producer;
  carl.publish(microphone());
  world.run_for(5s);
  const auto told = events_of<control::ActiveSpeakers>(world);
  // One may be heard an interval before the other.
  ASSERT_GE(told.size(), 1u);
  EXPECT_LE(told.size(), 2u);
  ASSERT_EQ(told.back().speakers.size(), 2u);
  EXPECT_EQ(told.back().speakers[0].producer, at_home);
  EXPECT_EQ(told.back().speakers[1].producer, over_there);
  EXPECT_EQ(told.back().speakers[1].level_dbov, -30);
}

TEST_F(Piped, a_producer_is_counted_once) {
  ben.subscribe(anna.publish(camera()).producer);
  world.run_for(1s);
  EXPECT_EQ(world.shard(0).gauges().producers, 1u);
  EXPECT_EQ(world.shard(0).gauges().pipe_outlets, 1u);
  EXPECT_EQ(world.shard(1).gauges().producers, 0u);
  EXPECT_EQ(world.shard(1).gauges().piped_producers, 1u);
}

TEST_F(Piped, what_does_not_exist_is_not_piped) {
  control::Consume consume;
  consume.transport = ben.receiving().created.transport;
  consume.producer = ProducerId::random_at({1, 0}, world.random());
  consume.capabilities = world.put_capabilities(consume.transport);
  EXPECT_EQ(world.try_ask(consume).error().code, ErrorCode::kNotFound);
  consume.producer = anna.publish(camera()).producer;
  EXPECT_EQ(world.shard(0).pipe_producer(world.meeting(), consume.producer, 7).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(world.shard(0).gauges().pipe_outlets, 0u);
}

// ---- leaving ----

TEST_F(Piped, closing_a_producer_tells_the_consumers_on_every_shard) {
  const ProducerId producer = anna.publish(camera()).producer;
  Subscriber& video = ben.subscribe(producer);
  world.run_for(1s);
  world.ask<control::Done>(control::CloseProducer{producer});
  world.run_for(10ms);
  const auto closed = events_of<control::ConsumerClosed>(world);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].consumer, video.consumer().consumer);
  EXPECT_EQ(closed[0].transport, ben.receiving().created.transport);
  EXPECT_EQ(world.shard(1).gauges().consumers, 0u);
  EXPECT_EQ(world.shard(1).gauges().piped_producers, 0u);
}

TEST_F(Piped, a_producer_that_closes_while_it_is_being_piped_leaves_nothing) {
  const ProducerId producer = anna.publish(camera()).producer;
  const auto piped = world.shard(0).pipe_producer(world.meeting(), producer, 1);
  ASSERT_TRUE(piped);
  world.ask<control::Done>(control::CloseProducer{producer});
  world.run_for(10ms);  // its end arrives before anybody waits for it
  ASSERT_TRUE(world.shard(1).accept_producer(world.meeting(), *piped));
  EXPECT_EQ(world.shard(1).gauges().piped_producers, 1u);
  world.run_for(10ms);
  EXPECT_EQ(world.shard(1).gauges().piped_producers, 0u);
}

TEST_F(Piped, a_shard_that_closed_the_meeting_is_soon_sent_nothing_more) {
  ben.subscribe(anna.publish(camera()).producer);
  world.run_for(1s);
  (void)world.shard(1).handle_command(world.now(), {1, world.meeting(), control::CloseMeeting{}});
  world.run_for(100ms);
  EXPECT_EQ(piped_in(1s), 0u);
  EXPECT_GT(far().dropped(sfu::Drop::kPipeUnknownProducer), 0u);
}

TEST(Pipes, a_hundred_joins_and_leaves_over_three_shards_leave_nothing) {
  World world({.seed = 62, .shards = 3});
  LinkProfile lossy;
  lossy.loss_permille = 30;
  std::vector<Peer*> inside;
  for (int i = 0; i < 100; ++i) {
    Peer& peer = world.add_peer(
        {.up = lossy, .down = lossy, .shard = static_cast<std::uint8_t>(i * 7 % 5 % 3)});
    world.run_for(120ms);
    peer.publish(i % 3 == 0 ? simulcast() : camera());
    peer.publish(microphone());
    for (Peer* other : inside) {
      for (const auto& track : other->tracks()) peer.subscribe(track->producer);
      for (const auto& track : peer.tracks()) other->subscribe(track->producer);
    }
    inside.push_back(&peer);
    if (inside.size() > 4) {
      world.remove_peer(*inside.front());
      inside.erase(inside.begin());
    }
  }
  std::uint64_t piped = 0;
  for (std::uint8_t i = 0; i < 3; ++i) piped += world.shard(i).counters().pipe_packets_in;
  EXPECT_GT(piped, 10'000u);
  for (Peer* peer : inside) world.remove_peer(*peer);
  world.run_for(3s);
  sfu::ShardGauges empty;
  empty.routers = 1;
  for (std::uint8_t i = 0; i < 3; ++i) EXPECT_EQ(world.shard(i).gauges(), empty) << int{i};
  world.ask<control::Done>(control::CloseMeeting{});
  for (std::uint8_t i = 0; i < 3; ++i) {
    EXPECT_EQ(world.shard(i).gauges(), sfu::ShardGauges{}) << int{i};
    EXPECT_EQ(world.shard(i).counters().dropped(sfu::Drop::kPipeFull), 0u);
  }
}

// ---- a shard that does not keep up ----

// 20 packets may be under way: more than a frame, but less than what a camera sends in the time for
// which the other shard stalls.
struct SlowPipe : Piped {
  SlowPipe() : Piped({.seed = 63, .shards = 2, .pipe_messages = kMessages}) {}
  static constexpr std::size_t kMessages = limits::kPipeStateMessages + 20;
};

TEST_F(SlowPipe, an_overflow_ends_with_a_key_frame_and_without_a_gap) {
  Peer::Track& track = anna.publish(camera());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(2s);
  EXPECT_EQ(home().dropped(sfu::Drop::kPipeFull), 0u);
  const std::uint32_t key_frames = track.publisher->key_frames_sent();
  world.pipe(0, 1).set_delay(300ms);
  world.run_for(2s);
  world.pipe(0, 1).set_delay(200us);
  world.run_for(1s);
  EXPECT_GT(home().dropped(sfu::Drop::kPipeFull), 100u);
  EXPECT_GE(frames_in(video, 2s), 58u);
  EXPECT_GT(track.publisher->key_frames_sent(), key_frames);
  expect_sound(video);
  expect_continuous(video);
  EXPECT_EQ(far().nacks_in, 0u);
}

TEST_F(SlowPipe, state_is_never_lost) {
  Peer::Track& track = anna.publish(camera());
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(2s);
  world.pipe(0, 1).set_delay(10s);
  // More changes than there is room for; what counts is the last.
  for (std::size_t i = 0; i < kMessages; ++i) {
    world.ask<control::Done>(control::SetProducerPaused{track.producer, i % 2 == 0});
    world.run_for(1ms);
  }
  world.ask<control::Done>(control::SetProducerPaused{track.producer, true});
  world.pipe(0, 1).set_delay(200us);
  world.run_for(11s);
  EXPECT_EQ(frames_in(video, 1s), 0u);
  world.ask<control::Done>(control::SetProducerPaused{track.producer, false});
  EXPECT_GE(frames_in(video, 1s), 27u);
  expect_sound(video);
  world.ask<control::Done>(control::CloseProducer{track.producer});
  world.run_for(10ms);
  EXPECT_EQ(world.shard(1).gauges().piped_producers, 0u);
}

TEST_F(SlowPipe, an_end_waits_for_room) {
  std::vector<ProducerId> producers;
  for (int i = 0; i < 4; ++i) producers.push_back(anna.publish(camera()).producer);
  for (const ProducerId& producer : producers) ben.subscribe(producer);
  world.run_for(1s);
  world.pipe(0, 1).set_delay(5s);
  for (std::size_t i = 0; i < kMessages; ++i) {
    world.ask<control::Done>(control::SetProducerPaused{producers[0], i % 2 == 0});
    world.run_for(1ms);
  }
  for (const ProducerId& producer : producers) {
    world.ask<control::Done>(control::CloseProducer{producer});
  }
  world.pipe(0, 1).set_delay(200us);
  EXPECT_EQ(world.shard(1).gauges().piped_producers, 4u);
  world.run_for(6s);
  EXPECT_EQ(world.shard(1).gauges().piped_producers, 0u);
  EXPECT_EQ(events_of<control::ConsumerClosed>(world).size(), 4u);
}

}  // namespace
}  // namespace confab::sim
