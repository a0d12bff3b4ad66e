#include "sfu/link_quality.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

TEST(LinkQualityTest, a_value_counts_up_to_the_bound_that_it_does_not_exceed) {
  LinkQuality quality;
  quality.add_rtt(5ms);
  quality.add_rtt(6ms);
  quality.add_rtt(10s);
  EXPECT_EQ(quality.rtt.counts.front(), 1u);
  EXPECT_EQ(quality.rtt.counts[1], 1u);
  EXPECT_EQ(quality.rtt.counts.back(), 1u);
  EXPECT_NEAR(quality.rtt.sum, 10.011, 1e-9);
}

TEST(LinkQualityTest, reports_count_in_shares_and_seconds) {
  LinkQuality quality;
  rtp::ReportBlock block;
  quality.up.add(block, 48'000);
  EXPECT_EQ(quality.up.loss.counts.front(), 1u) << "nothing lost is a bound of its own";
  block.fraction_lost = 64;
  block.jitter = 450;  // 5 ms
  quality.down.add(block, 90'000);
  EXPECT_EQ(quality.down.loss.counts[7], 1u) << "a quarter: above a fifth";
  EXPECT_NEAR(quality.down.loss.sum, 0.25, 1e-9);
  EXPECT_EQ(quality.down.jitter.counts[2], 1u);
}

}  // namespace
}  // namespace confab::sfu
