#include "sfu/producer.h"

#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <vector>

#include "rtc/rtp/extensions.h"
#include "rtc/rtp/layers_allocation.h"
#include "sfu/consumer.h"
#include "sfu/testing.h"

namespace confab::sfu {
namespace {

using testing::kT0;

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kSsrc = 1000;

struct TestLink final : PublisherLink {
  void schedule(Instant at) override { scheduled = at; }
  void on_audio_level(Instant, const ProducerId&, std::int8_t level) override {
    levels.push_back(level);
  }
  const ParticipantClock& participant_clock() const override { return clock; }

  Instant scheduled = kNever;
  std::vector<std::int8_t> levels;
  ParticipantClock clock;
};

ProducerSetup producer_setup() {
  ProducerSetup setup;
  setup.source.kind = ortc::MediaKind::kVideo;
  setup.parameters = testing::camera_parameters(1, kSsrc);
  setup.source.consumable = setup.parameters;
  setup.mapping.codecs = {{testing::kVideoPayloadType, testing::kVideoPayloadType}};
  return setup;
}

ConsumerSetup consumer_setup() {
  ConsumerSetup setup;
  setup.parameters = testing::camera_parameters(1, 2000);
  setup.paused = false;
  return setup;
}

struct ProducerTest : ::testing::Test {
  ~ProducerTest() override { shard.context.egress.forget(receiver.queue); }

  // A frame of VP8 in one packet (RFC 7741).
  void receive(Instant now, std::uint16_t seq, bool is_key_frame) {
    const std::array<std::uint8_t, 12> payload = {
        0x10, static_cast<std::uint8_t>(is_key_frame ? 0x10 : 0x11),
        0,    0,
        0x9D, 0x01,
        0x2A, 0,
        1,    0,
        1,    0};
    rtp::RtpHeader header;
    header.payload_type = testing::kVideoPayloadType;
    header.ssrc = {kSsrc};
    header.seq = {seq};
    header.timestamp = {seq * 3000U};
    header.marker = true;
    PacketRef packet = shard.pool.acquire(200);
    const auto written =
        rtp::write_rtp_packet(packet.capacity(), header, rtp::ExtensionSet{}, payload);
    packet.resize(written->size);
    const auto view = rtp::RtpPacketView::parse(packet.view());
    producer.receive(now, {}, std::move(packet), *view);
  }

  testing::TestShard shard;
  TestLink link;
  Producer producer{shard.context, link, producer_setup()};
  testing::TestReceiver receiver{*shard.crypto};
  Consumer consumer{shard.context, receiver.queue, producer, consumer_setup()};
};

TEST_F(ProducerTest, hands_each_packet_to_its_consumers_once) {
  receive(kT0, 10, true);
  receive(kT0 + 33ms, 11, false);
  receive(kT0 + 34ms, 11, false);
  EXPECT_EQ(receiver.waiting(), 2u);
  EXPECT_EQ(shard.context.counters.dropped(Drop::kRtpDuplicate), 1u);
}

TEST_F(ProducerTest, asks_its_publisher_for_a_key_frame_that_a_consumer_needs) {
  receive(kT0, 10, false);
  EXPECT_EQ(link.scheduled, kT0);
  EXPECT_LE(producer.next_timeout(), kT0);
}

TEST_F(ProducerTest, forwards_nothing_while_it_is_paused) {
  receive(kT0, 10, true);
  producer.set_paused(kT0, true);
  receive(kT0 + 33ms, 11, false);
  EXPECT_EQ(receiver.waiting(), 1u);
  EXPECT_EQ(shard.context.counters.dropped(Drop::kProducerPaused), 1u);
}

// Three streams, each said and sent by its number.
struct SimulcastProducerTest : ::testing::Test {
  static constexpr std::uint8_t kExtension = 9;

  static ProducerSetup setup() {
    ProducerSetup out = producer_setup();
    out.parameters = testing::camera_parameters(3, kSsrc);
    ortc::RtpHeaderExtensionParameters extension;
    extension.uri = ortc::uri(ortc::HeaderExtension::kLayersAllocation);
    extension.id = kExtension;
    out.parameters.header_extensions.push_back(extension);
    out.source.consumable = out.parameters;
    return out;
  }

  // 16 frames in half a second of each of these streams; `say` with the last of the first.
  void run(std::initializer_list<std::uint8_t> encodings, const Bytes& say = {}) {
    for (int i = 0; i < 16; ++i, now += 33ms) {
      for (const std::uint8_t encoding : encodings) {
        receive(encoding, i == 15 && encoding == *encodings.begin() ? say : Bytes{});
      }
      producer.check_layers(now);
    }
  }
  void receive(std::uint8_t encoding, const Bytes& say) {
    const std::array<std::uint8_t, 12> payload = {0x10, 0x11, 0, 0, 0x9D, 0x01, 0x2A, 0, 1, 0, 1};
    rtp::RtpHeader header;
    header.payload_type = testing::kVideoPayloadType;
    header.ssrc = {kSsrc + 2U * encoding};
    header.seq = {seq[encoding]++};
    header.timestamp = {header.seq.value * 3000U};
    header.marker = true;
    rtp::ExtensionSet extensions;
    if (!say.empty()) extensions.add(kExtension, say);
    PacketRef packet = shard.pool.acquire(400);
    const auto written = rtp::write_rtp_packet(packet.capacity(), header, extensions, payload);
    ASSERT_TRUE(written.has_value());
    packet.resize(written->size);
    const auto view = rtp::RtpPacketView::parse(packet.view());
    producer.receive(now, {.encoding = encoding}, std::move(packet), *view);
  }
  static Bytes said(std::initializer_list<std::uint32_t> kbps) {
    rtp::LayersAllocation allocation;
    allocation.streams = static_cast<std::uint8_t>(kbps.size());
    std::size_t s = 0;
    for (const std::uint32_t rate : kbps) {
      if (rate > 0) allocation.layers[s][0] = {1, {rate}, 0, 0, 0};
      ++s;
    }
    std::array<std::uint8_t, rtp::kLayersAllocationBytesMax> out;
    const std::size_t size = rtp::encode_layers_allocation(allocation, out);
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
  }

  Instant now = kT0;
  testing::TestShard shard;
  TestLink link;
  Producer producer{shard.context, link, setup()};
  std::array<std::uint16_t, 3> seq{};
};

TEST_F(SimulcastProducerTest, leaves_a_layer_at_once_that_its_publisher_says_to_be_off) {
  for (int i = 0; i < 10; ++i) run({0, 1, 2});
  ASSERT_EQ(producer.alive(), 7);
  receive(0, said({100, 400}));
  EXPECT_EQ(link.scheduled, now);
  producer.check_layers(now);
  EXPECT_EQ(producer.alive(), 3);
  EXPECT_EQ(shard.context.counters.layers_allocations_in, 1u);
}

TEST_F(SimulcastProducerTest, believes_packets_of_a_layer_rather_than_a_word_that_it_is_off) {
  for (int i = 0; i < 10; ++i) run({0, 1, 2});
  run({0, 1, 2}, said({100, 400, 0}));
  EXPECT_EQ(producer.alive(), 3);
  run({0, 1, 2});
  EXPECT_EQ(producer.alive(), 7) << "the word that it is on again was lost";
}

TEST_F(SimulcastProducerTest, counts_a_layer_as_what_it_is_meant_to_take) {
  for (int i = 0; i < 10; ++i) run({0, 1, 2}, said({100, 400, 1600}));
  EXPECT_LT(producer.rates()[0][0], 50'000u) << "whether there is a picture is not to hang on it";
  EXPECT_EQ(producer.rates()[2][0], 1'600'000u);
  EXPECT_EQ(producer.rates()[2][1], 0u) << "no such frames came";
}

TEST_F(SimulcastProducerTest, knows_what_a_layer_will_take_before_it_comes) {
  run({0}, said({100, 400, 1600}));
  producer.check_layers(now);
  EXPECT_EQ(producer.rates()[1][0], 400'000u);
}

TEST_F(SimulcastProducerTest, goes_on_when_nothing_is_said_to_be_sent) {
  for (int i = 0; i < 10; ++i) run({0, 1, 2});
  run({0, 1, 2}, Bytes{0});
  EXPECT_EQ(producer.alive(), 7);
}

TEST_F(SimulcastProducerTest, counts_what_it_can_not_read) {
  run({0}, Bytes{0x01});
  EXPECT_EQ(shard.context.counters.layers_allocations_refused, 1u);
  EXPECT_EQ(shard.context.counters.layers_allocations_in, 0u);
}

}  // namespace
}  // namespace confab::sfu
