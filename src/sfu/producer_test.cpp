#include "sfu/producer.h"

#include <gtest/gtest.h>

#include "rtc/rtp/extensions.h"
#include "sfu/consumer.h"
#include "sfu/testing.h"

namespace confab::sfu {
namespace {

using testing::kT0;

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

}  // namespace
}  // namespace confab::sfu
