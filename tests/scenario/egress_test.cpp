// What sending costs: few messages, no allocation.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#include "scenario.h"

namespace {

// Counted only while the shard works: the simulator itself allocates at will.
std::atomic<bool> counting{false};
std::atomic<std::uint64_t> allocations{0};

void* allocate(std::size_t size, std::size_t alignment) {
  if (counting.load(std::memory_order_relaxed)) ++allocations;
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = alignment <= alignof(std::max_align_t) ? std::malloc(size > 0 ? size : 1)
                                                        : std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace confab::sim {
namespace {

// Messages of media for each receiver and frame, one publisher and ten receivers.
double messages_per_frame(const TrackOptions& track,
                          SrtpProfile profile = SrtpProfile::kAeadAes128Gcm) {
  World world({.seed = 41, .profile = profile});
  Peer& anna = world.add_peer();
  std::vector<Peer*> receivers;
  for (int i = 0; i < 10; ++i) receivers.push_back(&world.add_peer());
  world.run_for(500ms);
  const Peer::Track& published = anna.publish(track);
  for (Peer* receiver : receivers) receiver->subscribe(published.producer);
  world.run_for(2s);
  const sfu::ShardCounters before = world.shard().counters();
  const std::uint32_t frames_before = published.publisher->frames_sent();
  world.run_for(10s);
  const sfu::ShardCounters& after = world.shard().counters();
  const std::uint32_t frames = published.publisher->frames_sent() - frames_before;
  EXPECT_EQ(world.bad_messages(), 0u);
  for (Peer* receiver : receivers) {
    const Subscriber& subscriber = *receiver->subscribers().front();
    expect_sound(subscriber);
    EXPECT_GE(subscriber.complete_frames() + 5, frames);
  }
  EXPECT_NEAR(static_cast<double>(after.media_packets_out - before.media_packets_out),
              frames * 50.0, 100.0);
  return static_cast<double>(after.media_messages_out - before.media_messages_out) /
         (frames * 10.0);
}

TEST(Egress, a_frame_of_five_packets_takes_one_message_per_receiver) {
  const double burst = messages_per_frame(camera());
  EXPECT_LE(burst, 1.5);
  EXPECT_GE(burst, 1.0);
  RecordProperty("messages_per_receiver_and_frame", std::to_string(burst));
}

TEST(Egress, so_does_a_frame_that_the_publisher_paces) {
  TrackOptions paced = camera();
  paced.packet_spacing = 300us;
  EXPECT_LE(messages_per_frame(paced), 1.5);
}

// Whose packets are protected together, all receivers' of a flush.
TEST(Egress, so_does_a_frame_protected_with_aes_cm) {
  EXPECT_LE(messages_per_frame(camera(), SrtpProfile::kAes128CmSha1_80), 1.5);
}

TEST(Egress, five_publishers_share_messages_and_padding_stays_small) {
  World world({.seed = 42});
  std::vector<Peer*> peers;
  for (int i = 0; i < 6; ++i) peers.push_back(&world.add_peer());
  world.run_for(500ms);
  std::size_t size = 900;
  for (Peer* peer : peers) {
    TrackOptions video = camera();
    video.payload_bytes = size += 40;
    const ProducerId producer = peer->publish(video).producer;
    for (Peer* other : peers) {
      if (other != peer) other->subscribe(producer);
    }
  }
  world.run_for(10s);
  const sfu::ShardCounters& counters = world.shard().counters();
  EXPECT_GE(counters.media_packets_out, counters.media_messages_out * 4);
  EXPECT_LE(counters.padding_bytes_out * 100, counters.bytes_out * 3);
  EXPECT_EQ(world.bad_messages(), 0u);
  for (Peer* peer : peers) {
    for (const auto& subscriber : peer->subscribers()) {
      expect_sound(*subscriber);
      expect_continuous(*subscriber);
    }
  }
}

// One with a plain camera, one with simulcast, both with microphones; everybody has the others.
void anna_and_ben_publish(Peer& anna, Peer& ben, Peer& carl) {
  for (Peer* from : {&anna, &ben}) {
    const ProducerId video = from->publish(from == &anna ? camera() : simulcast()).producer;
    const ProducerId audio = from->publish(microphone()).producer;
    for (Peer* to : {&anna, &ben, &carl}) {
      if (to == from) continue;
      to->subscribe(video);
      to->subscribe(audio);
    }
  }
}

void expect_no_allocations_in_a_minute(SrtpProfile profile) {
  World world({.seed = 43, .profile = profile});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  Peer& carl = world.add_peer();
  world.run_for(500ms);
  anna_and_ben_publish(anna, ben, carl);
  LinkProfile lossy;
  lossy.loss_permille = 20;
  lossy.reorder_permille = 20;
  carl.set_links(lossy, lossy);
  world.run_for(20s);  // every queue and table has seen its largest

  const std::uint64_t packets = world.shard().counters().media_packets_out;
  allocations = 0;
  world.set_probe([](bool entering) { counting = entering; });
  world.run_for(1min);
  counting = false;
  EXPECT_EQ(allocations.load(), 0u);
  EXPECT_GT(world.shard().counters().media_packets_out - packets, 30'000u);
}

TEST(Egress, forwarding_for_a_minute_allocates_nothing) {
  expect_no_allocations_in_a_minute(SrtpProfile::kAeadAes128Gcm);
}

TEST(Egress, nor_does_it_with_aes_cm) {
  expect_no_allocations_in_a_minute(SrtpProfile::kAes128CmSha1_80);
}

TEST(Egress, nor_does_forwarding_across_shards) {
  World world({.seed = 45, .shards = 2});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer({.shard = 1});
  Peer& carl = world.add_peer({.shard = 1});
  world.run_for(500ms);
  anna_and_ben_publish(anna, ben, carl);
  LinkProfile lossy;
  lossy.loss_permille = 20;
  carl.set_links(lossy, lossy);
  world.run_for(20s);

  const std::uint64_t packets = world.shard(1).counters().pipe_packets_in;
  allocations = 0;
  world.set_probe([](bool entering) { counting = entering; });
  world.run_for(1min);
  counting = false;
  EXPECT_EQ(allocations.load(), 0u);
  EXPECT_GT(world.shard(1).counters().pipe_packets_in - packets, 10'000u);
}

TEST(Egress, a_receiver_that_can_not_be_reached_costs_nothing) {
  World world({.seed = 44});
  Peer& anna = world.add_peer();
  world.run_for(500ms);
  const ProducerId producer = anna.publish(camera()).producer;
  const auto created = world.ask<control::TransportCreated>(control::CreateTransport{
      ParticipantId::random(world.random()), control::TransportDirection::kReceive});
  control::Consume consume;
  consume.transport = created.transport;
  consume.producer = producer;
  consume.capabilities = world.put_capabilities(consume.transport);
  consume.paused = false;
  world.ask<control::Consumed>(consume);
  world.run_for(2s);
  EXPECT_EQ(world.shard().counters().media_packets_out, 0u);
  EXPECT_GT(world.shard().counters().dropped(sfu::Drop::kReceiverNotConnected), 0u);
  EXPECT_EQ(world.shard().gauges().queued_packets, 0u);
}

TEST(Egress, a_key_frame_leaves_as_a_train_of_bursts) {
  // Given frames of 60 packets, all of one instant
  World world({.seed = 45});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  TrackOptions large = camera();
  large.packets_per_frame = 60;
  large.payload_bytes = 1000;
  Subscriber& video = ben.subscribe(anna.publish(large).producer);
  world.run_for(1s);
  // When they are sent on
  const sfu::ShardCounters before = world.shard().counters();
  world.run_for(1s);
  const sfu::ShardCounters& after = world.shard().counters();
  // Then in three messages each: 24 KiB hold 24 packets
  const std::uint64_t messages = after.media_messages_out - before.media_messages_out;
  EXPECT_NEAR(static_cast<double>(messages), 3 * 30, 6);
  expect_sound(video);
  expect_continuous(video);
}

// A core that has no time for sending, and queues that hold 40 packets.
struct Overload : testing::Test {
  Overload()
      : world({.seed = 46, .configure = [](sfu::ShardConfig& config) {
                 config.limits.queue_packets_max = 40;
               }}) {}

  World world;
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
};

TEST_F(Overload, video_steps_back_whole_and_comes_back_with_a_key_frame) {
  world.run_for(500ms);
  Peer::Track& track = anna.publish(camera());
  Subscriber& video = ben.subscribe(track.producer);
  Subscriber& audio = ben.subscribe(anna.publish(microphone()).producer);
  world.run_for(2s);
  // When nothing leaves for longer than the queue holds
  world.hold_back(350ms);
  world.run_for(500ms);
  EXPECT_GT(world.shard().counters().drops[static_cast<std::size_t>(sfu::Drop::kEgressQueueFull)],
            0u);
  const std::size_t before = video.steps().size();
  world.run_for(800ms);
  EXPECT_EQ(video.steps().size(), before) << "it waits out its break";
  world.run_for(2s);
  // Then video goes on without a gap that anybody would ask for, and audio was not touched
  EXPECT_GT(video.steps().size(), before + 100);
  expect_sound(video);
  expect_continuous(video);
  expect_continuous(audio);
  EXPECT_EQ(world.shard().counters().nacks_in, 0u);
  EXPECT_GT(world.shard().counters().drops[static_cast<std::size_t>(sfu::Drop::kEgressShed)], 0u);
}

TEST_F(Overload, nothing_is_repeated_while_much_waits) {
  // Given a receiver that misses packets, and for which more than a quarter of a queue waits
  ben.set_links({}, bad_link());
  world.run_for(500ms);
  ben.subscribe(anna.publish(camera()).producer);
  world.run_for(2s);
  EXPECT_EQ(world.shard().counters().refused(sfu::RepeatRefusal::kBacklogged), 0u);
  world.hold_back(150ms);
  world.run_for(70ms);
  const std::uint64_t waiting = world.shard().gauges().queued_packets;
  EXPECT_GT(waiting, 10u);
  // When it asks for them
  const sfu::ShardCounters before = world.shard().counters();
  world.run_for(79ms);
  const sfu::ShardCounters& after = world.shard().counters();
  constexpr auto kBacklogged = sfu::RepeatRefusal::kBacklogged;
  EXPECT_GT(after.refused(kBacklogged), before.refused(kBacklogged));
  // Then only what is new waits as well
  EXPECT_EQ(world.shard().gauges().queued_packets - waiting, after.rtp_in - before.rtp_in);
  // And it gets them when it asks again
  const std::uint64_t repeated = after.rtx_out;
  world.run_for(1s);
  EXPECT_GT(world.shard().counters().rtx_out, repeated);
}

}  // namespace
}  // namespace confab::sim
