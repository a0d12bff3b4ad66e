#include "sfu/segment_planner.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/random.h"

namespace confab::sfu {
namespace {

std::vector<PlannedMessage> plan_all(std::vector<WaitingPacket>& waiting, std::uint8_t padding) {
  std::vector<PlannedMessage> out;
  std::size_t taken = 0;
  while (taken < waiting.size()) {
    out.push_back(plan_message(waiting, padding));
    taken += out.back().count;
  }
  return out;
}

TEST(SegmentPlanner, a_frame_of_equal_packets_and_a_rest_is_one_message) {
  std::vector<WaitingPacket> waiting = {{1150, 2}, {1150, 2}, {1149, 2}, {1150, 2}, {300, 2}};
  const auto plans = plan_all(waiting, 64);
  ASSERT_EQ(plans.size(), 1u);
  EXPECT_EQ(plans[0].segment_size, 1150);
  EXPECT_EQ(plans[0].order[4], 4);
}

TEST(SegmentPlanner, packets_of_other_streams_fill_a_message_up) {
  std::vector<WaitingPacket> waiting = {{1150, 2}, {1150, 2}, {300, 2}, {1140, 4}, {1160, 4}};
  const auto plans = plan_all(waiting, 64);
  ASSERT_EQ(plans.size(), 1u);
  EXPECT_EQ(plans[0].count, 5u);
  EXPECT_EQ(plans[0].segment_size, 1160);
  EXPECT_EQ(plans[0].order[4], 2);  // the short one last
}

TEST(SegmentPlanner, does_not_pad_beyond_the_limit) {
  std::vector<WaitingPacket> waiting = {{1000, 2}, {1065, 4}, {1000, 2}};
  const auto plans = plan_all(waiting, 64);
  // The 1000s go together; the 1065 would have cost 65 bytes each.
  ASSERT_EQ(plans.size(), 2u);
  EXPECT_EQ(plans[0].count, 2u);
  EXPECT_EQ(plans[0].segment_size, 1000);
}

TEST(SegmentPlanner, without_padding_only_equals_go_together) {
  std::vector<WaitingPacket> waiting = {{1000, 2}, {1001, 4}, {1000, 6}};
  const auto plans = plan_all(waiting, 0);
  ASSERT_EQ(plans.size(), 2u);
  EXPECT_EQ(plans[0].count, 2u);
}

TEST(SegmentPlanner, a_lone_packet_is_not_padded) {
  std::vector<WaitingPacket> waiting = {{200, 2}, {1200, 4}};
  const auto plans = plan_all(waiting, 64);
  ASSERT_EQ(plans.size(), 2u);
  EXPECT_EQ(plans[0].segment_size, 200);
  EXPECT_EQ(plans[1].segment_size, 1200);
}

TEST(SegmentPlanner, a_message_stays_within_what_the_kernel_takes) {
  std::vector<WaitingPacket> waiting(kSegmentsMax, WaitingPacket{1400, 2});
  const auto plans = plan_all(waiting, 64);
  for (const PlannedMessage& plan : plans) {
    EXPECT_LE(plan.count * plan.segment_size, kMessageBytesMax);
  }
  EXPECT_EQ(plans.size(), 2u);  // 46 * 1400 fit
}

TEST(SegmentPlanner, whatever_waits_every_packet_goes_once_in_its_stream_s_order) {
  SeededRandom random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<WaitingPacket> waiting(random.between(1, kSegmentsMax));
    for (WaitingPacket& packet : waiting) {
      packet = {static_cast<std::uint16_t>(random.between(60, 1300)), random.between(0, 9) * 37};
    }
    const std::vector<WaitingPacket> before = waiting;
    std::map<std::uint32_t, int> last_of_stream;
    std::size_t seen = 0;
    for (const PlannedMessage& plan : plan_all(waiting, 64)) {
      for (std::size_t i = 0; i < plan.count; ++i) {
        const int index = plan.order[i];
        const WaitingPacket& packet = before[static_cast<std::size_t>(index)];
        ASSERT_LE(packet.size, plan.segment_size);
        if (i + 1 < plan.count) {
          ASSERT_GE(packet.size + 64, plan.segment_size);
        }
        const auto [it, first] = last_of_stream.try_emplace(packet.stream, index);
        ASSERT_TRUE(first || it->second < index) << "round " << round;
        it->second = index;
        ++seen;
      }
    }
    ASSERT_EQ(seen, before.size());
  }
}

}  // namespace
}  // namespace confab::sfu
