#include "sfu/subscribing_side.h"

#include <gtest/gtest.h>

#include "rtc/rtcp/compound_writer.h"
#include "sfu/testing.h"

namespace confab::sfu {
namespace {

using testing::kT0;

constexpr LayerBps kRates = {{{150'000, 0, 0, 0}, {500'000, 0, 0, 0}, {1'500'000, 0, 0, 0}, {}}};

struct NoWakeup final : Wakeup {
  void schedule(Instant) override {}
};

struct SubscribingSideTest : ::testing::Test {
  SubscribingSideTest() {
    side.on_path(kT0, *receiver.queue.path);
    source.measure(kRates);
    ConsumerSetup setup;
    setup.id = ConsumerId::random(shard.random);
    setup.number = 2;
    setup.parameters = testing::camera_parameters(1, 2000);
    setup.paused = false;
    consumer = &side.add(source, setup);
    side.on_wish_changed(kT0);
  }
  ~SubscribingSideTest() override { side.clear(); }

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
  NoWakeup wakeup;
  SubscribingSide side{shard.context, MeetingId::random(shard.random), participant, receiver.queue,
                       wakeup};
  Consumer* consumer = nullptr;
  std::array<std::uint8_t, 256> bytes{};
};

TEST_F(SubscribingSideTest, sends_the_lowest_layer_until_the_link_is_known) {
  EXPECT_EQ(consumer->layers().target(), 0);
  source.send(kT0, 2, true);
  EXPECT_EQ(receiver.waiting(), 0u);
  source.send(kT0, 0, true);
  EXPECT_EQ(receiver.waiting(), 1u);
}

TEST_F(SubscribingSideTest, gives_what_fits_once_the_receiver_says_what_it_can_take) {
  const auto say = [&](std::uint64_t bps) {
    side.on_payload_feedback(kT0 + 100ms, packet([&](rtcp::CompoundWriter& writer) {
                               writer.remb({1}, bps, std::array{consumer->stream().ssrc});
                             }));
  };
  say(280'000);
  EXPECT_EQ(consumer->layers().target(), 0);
  EXPECT_EQ(consumer->reason(kT0 + 100ms, cc::LinkState::kNormal), LayerReason::kWaitingKeyFrame);
  source.send(kT0 + 110ms, 0, true);
  EXPECT_EQ(consumer->reason(kT0 + 120ms, cc::LinkState::kNormal), LayerReason::kEstimate);
}

TEST_F(SubscribingSideTest, gives_everything_to_a_receiver_that_reports_nothing) {
  source.send(kT0, 0, true);
  Instant now = kT0;
  for (; now < kT0 + 800ms; now += 50ms) {
    (void)shard.context.egress.poll(now);
    if (side.next_timeout() <= now) side.handle_timeout(now);
  }
  EXPECT_EQ(consumer->layers().target(), 2);
}

TEST_F(SubscribingSideTest, asks_the_publisher_for_the_key_frame_that_a_receiver_needs) {
  source.key_frames.clear();
  side.on_payload_feedback(kT0 + 100ms, packet([&](rtcp::CompoundWriter& writer) {
                             writer.pli({1}, consumer->stream().ssrc);
                           }));
  ASSERT_EQ(source.key_frames.size(), 1u);
  EXPECT_EQ(source.key_frames[0], 0);
  // Of a stream that it was not sent it can miss nothing.
  side.on_payload_feedback(kT0 + 100ms,
                           packet([&](rtcp::CompoundWriter& writer) { writer.pli({1}, {9}); }));
  EXPECT_EQ(source.key_frames.size(), 1u);
}

TEST_F(SubscribingSideTest, makes_padding_only_of_streams_that_can_be_repeated) {
  const auto entry = side.make_padding();
  ASSERT_TRUE(entry);
  EXPECT_TRUE(entry->is_rtx);
  EXPECT_EQ(entry->notes().payload_size, 0);
  side.remove(*consumer);
  EXPECT_FALSE(side.make_padding());
  EXPECT_EQ(side.stream_count(), 0u);
}

}  // namespace
}  // namespace confab::sfu
