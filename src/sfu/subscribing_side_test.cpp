#include "sfu/subscribing_side.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "rtc/rtcp/compound_writer.h"
#include "sfu/rtcp_batch.h"
#include "sfu/testing.h"

namespace confab::sfu {
namespace {

using testing::kT0;

struct TestWakeup final : Wakeup {
  void schedule(Instant at) override { due = std::min(due, at); }
  Instant due = kNever;
};

struct SubscribingSideTest : ::testing::Test {
  ~SubscribingSideTest() override { side.clear(); }

  Consumer& add(std::uint32_t ssrc, bool with_rtx = true) {
    ConsumerSetup setup;
    setup.id = ConsumerId::random(shard.random);
    setup.number = side.next_stream_number();
    setup.parameters = testing::camera_parameters(1, ssrc);
    if (!with_rtx) setup.parameters.encodings[0].rtx_ssrc.reset();
    setup.paused = false;
    return side.add(source, setup);
  }
  // What RTCP a receiver sends.
  template <typename Write>
  rtcp::PacketView packet(Write&& write) {
    rtcp::CompoundWriter writer(bytes);
    write(writer);
    rtcp::CompoundReader reader(writer.written());
    return *reader.next();
  }

  testing::TestShard shard;
  testing::TestReceiver receiver{*shard.crypto};
  testing::TestSource source{shard.pool, 3};
  Participant participant;
  TestWakeup wakeup;
  SubscribingSide side{shard.context, MeetingId{}, participant, receiver.queue, wakeup};
  std::array<std::uint8_t, 256> bytes{};
};

TEST_F(SubscribingSideTest, asks_the_publisher_for_the_key_frame_that_a_receiver_needs) {
  const Consumer& consumer = add(2000);
  source.send(kT0, 0, true);
  source.key_frames.clear();
  side.on_payload_feedback(kT0 + 1s, packet([&](rtcp::CompoundWriter& writer) {
                             writer.pli({1}, consumer.stream().ssrc);
                           }));
  EXPECT_EQ(source.key_frames, std::vector<std::uint8_t>{0});
  // Of a stream that it was not sent it can miss nothing.
  side.on_payload_feedback(kT0 + 2s,
                           packet([&](rtcp::CompoundWriter& writer) { writer.pli({1}, {9}); }));
  EXPECT_EQ(source.key_frames.size(), 1u);
  EXPECT_EQ(shard.context.counters.key_frame_requests_in, 1u);
}

TEST_F(SubscribingSideTest, asks_for_a_key_frame_once_the_receiver_can_be_sent_to) {
  receiver.queue.path.reset();
  add(2000);
  source.send(kT0, 0, false);
  EXPECT_TRUE(source.key_frames.empty());
  receiver.queue.path = Path{.remote = {IpAddress::v4(0x0A000001), 5000}};
  side.on_ready(kT0 + 1s);
  EXPECT_EQ(source.key_frames, std::vector<std::uint8_t>{0});
}

TEST_F(SubscribingSideTest, repeats_a_packet_of_the_stream_that_is_asked_about) {
  add(2000);
  const Consumer& second = add(3000);
  source.send(kT0, 0, true);
  const auto& waiting = receiver.queue.lane(EgressClass::kVideo).waiting;
  ASSERT_EQ(waiting.size(), 2u);
  side.on_transport_feedback(kT0 + 200ms, packet([&](rtcp::CompoundWriter& writer) {
                               writer.nack({1}, second.stream().ssrc, std::array{waiting[1].seq});
                             }));
  ASSERT_EQ(waiting.size(), 3u);
  EXPECT_TRUE(waiting[2].is_rtx);
  EXPECT_EQ(waiting[2].stream, &second.stream());
}

TEST_F(SubscribingSideTest, a_consumer_that_goes_takes_along_what_waits_for_its_receiver) {
  Consumer& first = add(2000);
  add(3000);
  EXPECT_EQ(side.stream_count(), 4u);
  source.send(kT0, 0, true);
  side.remove(first);
  EXPECT_EQ(receiver.waiting(), 1u);
  EXPECT_EQ(side.stream_count(), 2u);
  EXPECT_EQ(source.consumers().size(), 1u);
}

TEST_F(SubscribingSideTest, sends_everything_to_who_reports_nothing_of_the_first_two_seconds) {
  const Consumer& consumer = add(2000);
  side.on_wish_changed(kT0);
  EXPECT_EQ(wakeup.due, side.next_timeout());
  EXPECT_EQ(consumer.layers().target(), 0);
  source.send(kT0, 0, true);
  (void)shard.context.egress.poll(kT0);
  side.handle_timeout(kT0 + 1900ms);
  EXPECT_EQ(consumer.layers().target(), 0);
  side.handle_timeout(kT0 + 2100ms);
  EXPECT_EQ(consumer.layers().target(), 2);
}

TEST_F(SubscribingSideTest, sends_everything_to_who_can_not_be_probed) {
  const Consumer& consumer = add(2000, false);
  side.on_wish_changed(kT0);
  side.handle_timeout(side.next_timeout());
  EXPECT_EQ(consumer.layers().target(), 2);
}

TEST_F(SubscribingSideTest, looks_once_at_wishes_that_come_together) {
  std::vector<const Consumer*> consumers;
  for (std::uint32_t i = 0; i < 100; ++i) {
    consumers.push_back(&add(2000 + 2 * i, false));
    side.on_wish_changed(kT0 + i * 10us);
  }
  EXPECT_LE(side.next_timeout(), kT0 + 5ms) << "the first is not put off by the others";
  EXPECT_EQ(consumers[0]->layers().target(), 0) << "not looked at yet";
  side.handle_timeout(kT0 + 5ms);
  for (const Consumer* consumer : consumers) EXPECT_EQ(consumer->layers().target(), 2);
}

TEST_F(SubscribingSideTest, looks_through_no_more_feedback_than_browsers_send) {
  add(2000);
  source.send(kT0, 0, true);
  // One packet, which did not arrive.
  const std::array<std::uint8_t, 24> feedback = {0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2,
                                                 0,    1,   0, 1, 0, 0, 0, 0, 0, 1, 0, 0};
  for (int i = 0; i < 500; ++i) {
    rtcp::CompoundReader reader(feedback);
    side.on_transport_feedback(kT0 + 1s, *reader.next());
  }
  EXPECT_EQ(shard.context.counters.dropped(Drop::kFeedbackTooOften), 400u);
  EXPECT_EQ(shard.context.counters.dropped(Drop::kRtcpMalformed), 0u);
}

TEST_F(SubscribingSideTest, names_no_stream_and_no_section_twice) {
  EXPECT_NE(side.next_mid(), side.next_mid());
  EXPECT_NE(side.next_stream_number(), side.next_stream_number());
}

}  // namespace
}  // namespace confab::sfu
