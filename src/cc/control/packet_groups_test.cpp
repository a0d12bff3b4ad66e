#include "cc/control/packet_groups.h"

#include <gtest/gtest.h>

namespace confab::cc {
namespace {

constexpr Instant kT0 = Instant{} + 10s;

TEST(PacketGroups, what_leaves_within_5_ms_is_one_group) {
  PacketGroups groups;
  EXPECT_FALSE(groups.on_packet(kT0, 100ms));
  EXPECT_FALSE(groups.on_packet(kT0 + 5ms, 110ms));
  EXPECT_FALSE(groups.on_packet(kT0 + 20ms, 120ms));  // the second group begins
  const auto spacing = groups.on_packet(kT0 + 40ms, 150ms);
  ASSERT_TRUE(spacing);
  EXPECT_EQ(spacing->sent, Duration(15ms));
  EXPECT_EQ(spacing->arrived, Duration(10ms));
  EXPECT_EQ(spacing->at, Duration(120ms));
}

TEST(PacketGroups, what_arrives_in_one_burst_is_one_group) {
  PacketGroups groups;
  (void)groups.on_packet(kT0, 100ms);
  (void)groups.on_packet(kT0 + 10ms, 150ms);
  // Held back, and let go together
  EXPECT_FALSE(groups.on_packet(kT0 + 20ms, 151ms));
  EXPECT_FALSE(groups.on_packet(kT0 + 30ms, 152ms));
  const auto spacing = groups.on_packet(kT0 + 60ms, 175ms);
  ASSERT_TRUE(spacing);
  EXPECT_EQ(spacing->sent, Duration(30ms));
  EXPECT_EQ(spacing->arrived, Duration(52ms));
}

TEST(PacketGroups, a_burst_ends_after_100_ms) {
  PacketGroups groups;
  (void)groups.on_packet(kT0, 0ms);
  int spacings = 0;
  for (int i = 1; i <= 200; ++i) {
    if (groups.on_packet(kT0 + i * 6ms, i * 3ms)) ++spacings;
  }
  EXPECT_GE(spacings, 3);
}

TEST(PacketGroups, a_packet_that_was_overtaken_is_passed_over) {
  PacketGroups groups;
  (void)groups.on_packet(kT0, 100ms);
  (void)groups.on_packet(kT0 + 20ms, 120ms);
  EXPECT_FALSE(groups.on_packet(kT0 + 10ms, 121ms));
  const auto spacing = groups.on_packet(kT0 + 40ms, 140ms);
  ASSERT_TRUE(spacing);
  EXPECT_EQ(spacing->arrived, Duration(20ms));
}

TEST(PacketGroups, a_jump_of_the_clock_is_no_delay) {
  PacketGroups groups;
  (void)groups.on_packet(kT0, 100ms);
  (void)groups.on_packet(kT0 + 20ms, 120ms);
  (void)groups.on_packet(kT0 + 40ms, 10'140ms);
  EXPECT_FALSE(groups.on_packet(kT0 + 60ms, 10'160ms));
}

}  // namespace
}  // namespace confab::cc
