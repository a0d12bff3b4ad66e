#include "cc/control/throughput.h"

#include <gtest/gtest.h>

namespace confab::cc {
namespace {

constexpr Instant kT0 = Instant{} + 10s;

TEST(Throughput, is_not_known_before_ten_packets_came) {
  Throughput throughput;
  for (int i = 0; i < 9; ++i) throughput.on_received(kT0 + i * 10ms, i * 10ms, 1000);
  EXPECT_FALSE(throughput.rate_bps());
  throughput.on_received(kT0 + 90ms, 90ms, 1000);
  EXPECT_TRUE(throughput.rate_bps());
}

TEST(Throughput, of_a_steady_stream_is_its_rate) {
  Throughput throughput;
  for (int i = 0; i < 500; ++i) throughput.on_received(kT0 + i * 8ms, i * 8ms, 1000);
  EXPECT_NEAR(*throughput.rate_bps(), 1'000'000, 1000);
}

TEST(Throughput, one_gap_in_which_nothing_came_changes_little) {
  Throughput throughput;
  Duration late{};
  for (int i = 0; i < 500; ++i) {
    if (i == 450) late = 400ms;
    throughput.on_received(kT0 + i * 8ms, i * 8ms + late, 1000);
  }
  EXPECT_GT(*throughput.rate_bps(), 950'000);
}

TEST(Throughput, is_never_more_than_was_sent) {
  Throughput throughput;
  // Held back on the way and let go at twice the rate
  for (int i = 0; i < 500; ++i) throughput.on_received(kT0 + i * 8ms, i * 4ms, 1000);
  EXPECT_LT(*throughput.rate_bps(), 1'001'000);
}

TEST(Throughput, follows_a_link_that_became_slower_within_a_second_or_so) {
  Throughput throughput;
  for (int i = 0; i < 500; ++i) throughput.on_received(kT0 + i * 8ms, i * 8ms, 1000);
  for (int i = 0; i < 40; ++i) {
    throughput.on_received(kT0 + 4s + i * 8ms, 4s + i * 32ms, 1000);
  }
  EXPECT_LT(*throughput.rate_bps(), 270'000);
}

TEST(Throughput, of_long_ago_is_forgotten) {
  Throughput throughput;
  for (int i = 0; i < 500; ++i) throughput.on_received(kT0 + i * 8ms, i * 8ms, 1000);
  for (int i = 0; i < 20; ++i) throughput.on_received(kT0 + 60s + i * 80ms, 60s + i * 80ms, 1000);
  EXPECT_NEAR(*throughput.rate_bps(), 100'000, 1000);
}

}  // namespace
}  // namespace confab::cc
