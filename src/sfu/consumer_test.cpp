#include "sfu/consumer.h"

#include <gtest/gtest.h>

#include "rtc/rtcp/compound_writer.h"
#include "sfu/testing.h"

namespace confab::sfu {
namespace {

using testing::kT0;

ConsumerSetup consumer_setup() {
  ConsumerSetup setup;
  setup.number = 2;
  setup.parameters = testing::camera_parameters(1, 2000);
  setup.paused = false;
  return setup;
}

struct ConsumerTest : ::testing::Test {
  testing::TestShard shard;
  testing::TestReceiver receiver{*shard.crypto};
  testing::TestSource source{shard.pool, 3};
  Consumer consumer{shard.context, receiver.queue, source, consumer_setup()};

  void ask_again(Instant now, rtp::SeqNo sent) {
    std::array<std::uint8_t, 64> bytes;
    rtcp::CompoundWriter writer(bytes);
    ASSERT_EQ(writer.nack({1}, consumer.stream().ssrc, std::array{sent}), 1u);
    rtcp::CompoundReader reader(writer.written());
    consumer.on_nack(now, *rtcp::parse_nack(*reader.next()));
  }

  ~ConsumerTest() override { shard.context.egress.forget(receiver.queue); }
};

TEST_F(ConsumerTest, sends_nothing_before_a_key_frame_and_asks_for_one) {
  source.send(kT0, 2, false);
  EXPECT_EQ(receiver.waiting(), 0u);
  ASSERT_FALSE(source.key_frames.empty());
  EXPECT_EQ(source.key_frames.back(), 2);
  source.send(kT0 + 33ms, 2, true);
  source.send(kT0 + 66ms, 2, false);
  EXPECT_EQ(receiver.waiting(), 2u);
}

TEST_F(ConsumerTest, numbers_what_it_sends_without_a_gap_across_a_change_of_layers) {
  source.send(kT0, 2, true);
  consumer.set_preferred(kT0, {0, 3});
  source.send(kT0 + 33ms, 2, false);
  source.send(kT0 + 34ms, 0, true);
  source.send(kT0 + 66ms, 2, false);
  source.send(kT0 + 67ms, 0, false);
  const auto& waiting = receiver.queue.lane(EgressClass::kVideo).waiting;
  ASSERT_EQ(waiting.size(), 4u);
  for (std::size_t i = 1; i < waiting.size(); ++i) {
    EXPECT_EQ(waiting[i].seq.value, static_cast<std::uint16_t>(waiting[0].seq.value + i));
    EXPECT_TRUE(rtp::is_newer(waiting[i].timestamp, waiting[i - 1].timestamp));
  }
}

TEST_F(ConsumerTest, needs_a_key_frame_after_either_side_paused) {
  source.send(kT0, 2, true);
  consumer.set_paused(kT0, true);
  source.send(kT0 + 33ms, 2, false);
  EXPECT_EQ(shard.context.counters.dropped(Drop::kConsumerPaused), 1u);
  consumer.set_paused(kT0 + 40ms, false);
  source.send(kT0 + 66ms, 2, false);
  EXPECT_EQ(shard.context.counters.dropped(Drop::kBeforeKeyFrame), 1u);
  source.pause(kT0 + 70ms, true);
  source.pause(kT0 + 80ms, false);
  EXPECT_GE(source.key_frames.size(), 2u);
}

TEST_F(ConsumerTest, repeats_what_the_receiver_asks_for) {
  source.send(kT0, 2, true);
  const rtp::SeqNo sent = receiver.queue.lane(EgressClass::kVideo).waiting[0].seq;
  ask_again(kT0 + 50ms, sent);
  const auto& waiting = receiver.queue.lane(EgressClass::kVideo).waiting;
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_TRUE(waiting[1].is_rtx);
  EXPECT_EQ(waiting[1].seq, sent);
}

TEST_F(ConsumerTest, repeats_nothing_of_a_stream_that_the_link_does_not_carry) {
  source.send(kT0, 2, true);
  const rtp::SeqNo sent = receiver.queue.lane(EgressClass::kVideo).waiting[0].seq;
  LayerBps rates{};
  for (std::size_t i = 0; i < 3; ++i) rates[i][0] = 100'000;
  consumer.allotment().set_steps(rates, 0b001, 3, kAllLayers);
  consumer.take_allotment(kT0 + 40ms);
  ASSERT_EQ(consumer.layers().allotted().spatial, 0);
  ask_again(kT0 + 50ms, sent);
  EXPECT_EQ(receiver.waiting(), 1u);
  EXPECT_EQ(shard.context.counters.refused(RepeatRefusal::kOverBudget), 1u);
  source.send(kT0 + 60ms, 0, true);
  const rtp::SeqNo lower = receiver.queue.lane(EgressClass::kVideo).waiting[1].seq;
  ask_again(kT0 + 100ms, lower);
  EXPECT_EQ(receiver.waiting(), 3u);
}

TEST_F(ConsumerTest, its_receiver_is_told_of_its_own_link_alone_and_once_a_second) {
  using control::LayerReason;
  const auto tells = [&](Instant now, LayerReason reason, std::int8_t layer) {
    return consumer.tell(now, {.current_spatial = layer, .reason = reason});
  };
  EXPECT_FALSE(tells(kT0, LayerReason::kNone, 2)) << "nothing is wrong";
  EXPECT_FALSE(tells(kT0 + 2s, LayerReason::kPublisherOff, -1)) << "producer:paused says that";
  EXPECT_TRUE(tells(kT0 + 4s, LayerReason::kEstimate, 1));
  EXPECT_FALSE(tells(kT0 + 6s, LayerReason::kProbeWait, 1)) << "it wavers";
  EXPECT_FALSE(tells(kT0 + 4500ms, LayerReason::kEstimate, 0));
  EXPECT_TRUE(tells(kT0 + 8s, LayerReason::kDraining, 0));
  EXPECT_TRUE(tells(kT0 + 10s, LayerReason::kPausedEstimate, -1));
  EXPECT_FALSE(tells(kT0 + 12s, LayerReason::kWaitingKeyFrame, -1)) << "on its way";
  EXPECT_TRUE(tells(kT0 + 14s, LayerReason::kPublisherLimited, 1));
}

// Their frames can not be left out one by one: a step that says otherwise saves nothing.
TEST_F(ConsumerTest, has_no_steps_of_fewer_frames_where_frames_can_not_be_left_out) {
  LayerBps rates{};
  rates[0] = {50'000, 100'000, 150'000, 0};
  source.tell_rates(rates);
  consumer.describe_steps();
  EXPECT_EQ(consumer.allotment().steps(), 5u) << "VP8: the lowest stream at three frame rates";

  ConsumerSetup setup = consumer_setup();
  setup.parameters.codecs.front().mime_type = "video/VP9";
  Consumer vp9(shard.context, receiver.queue, source, setup);
  vp9.describe_steps();
  EXPECT_EQ(vp9.allotment().steps(), 3u);
  EXPECT_DOUBLE_EQ(vp9.allotment().cost_bps(), 150'000) << "all of the lowest stream";
}

TEST_F(ConsumerTest, steps_back_whole_where_its_queue_has_no_room) {
  source.send(kT0, 2, true);
  for (int i = 1; i < 600; ++i) source.send(kT0 + i * 1ms, 2, false);
  EXPECT_EQ(consumer.layers().state(), LayerSelector::State::kWaiting);
  EXPECT_EQ(shard.context.counters.dropped(Drop::kEgressQueueFull), 1u);
}

}  // namespace
}  // namespace confab::sfu
