#include "sfu/publishing_side.h"

#include <gtest/gtest.h>

#include "rtc/rtp/extensions.h"
#include "sfu/router.h"
#include "sfu/rtcp_batch.h"
#include "sfu/testing.h"

namespace confab::sfu {
namespace {

using testing::kT0;

struct TestWakeup final : Wakeup {
  void schedule(Instant at) override { scheduled = at; }
  Instant scheduled = kNever;
};

struct PublishingSideTest : ::testing::Test {
  Producer& add(std::uint32_t ssrc) {
    ProducerSetup setup;
    setup.slot = side.free_slot();
    setup.source.id = ProducerId::random(shard.random);
    setup.source.kind = ortc::MediaKind::kVideo;
    setup.parameters = testing::camera_parameters(1, ssrc);
    setup.source.consumable = setup.parameters;
    setup.mapping.codecs = {{testing::kVideoPayloadType, testing::kVideoPayloadType}};
    EXPECT_TRUE(side.demux().add(setup.slot, setup.parameters).has_value());
    return side.add(std::move(setup));
  }
  void receive(Instant now, std::uint32_t ssrc, std::uint16_t seq) {
    rtp::ExtensionSet extensions;
    extensions.add(testing::kTransportCcExtension, rtp::encode_transport_seq(transport_seq++));
    rtp::RtpHeader header;
    header.payload_type = testing::kVideoPayloadType;
    header.ssrc = {ssrc};
    header.seq = {seq};
    PacketRef packet = shard.pool.acquire(200);
    const auto written = rtp::write_rtp_packet(packet.capacity(), header, extensions,
                                               std::array<std::uint8_t, 4>{0x10, 0x11, 0, 0});
    packet.resize(written->size);
    side.receive(now, std::move(packet));
  }

  testing::TestShard shard;
  Router router{shard.context, MeetingId::random(shard.random)};
  Participant participant;
  TestWakeup wakeup;
  PublishingSide side{shard.context, router, participant, wakeup};
  std::uint16_t transport_seq = 0;
};

TEST_F(PublishingSideTest, a_packet_finds_its_producer_by_its_ssrc) {
  add(1000);
  Producer& second = add(2000);
  receive(kT0, 2000, 5);
  EXPECT_TRUE(second.streams()[0].has_packets());
  receive(kT0, 3000, 5);
  EXPECT_EQ(shard.context.counters.dropped(Drop::kRtpUnknownStream), 1u);
}

TEST_F(PublishingSideTest, what_came_is_reported_to_the_publisher) {
  add(1000);
  EXPECT_EQ(side.next_feedback(), kNever);
  receive(kT0, 1000, 5);
  EXPECT_LE(side.next_feedback(), kT0 + 200ms);
  testing::TestReceiver peer(*shard.crypto);
  {
    RtcpBatch batch(shard.context, *peer.queue.path, peer.sender);
    side.send_twcc(kT0 + 200ms, batch);
  }
  EXPECT_EQ(shard.context.counters.twcc_feedback_out, 1u);
}

TEST_F(PublishingSideTest, a_producer_s_place_is_free_again_when_it_is_gone) {
  Producer& first = add(1000);
  add(2000);
  side.remove(first);
  EXPECT_EQ(side.producer_count(), 1u);
  EXPECT_EQ(side.free_slot(), 0);
  EXPECT_EQ(side.demux().ssrc_count(), 2u);
}

}  // namespace
}  // namespace confab::sfu
