#include "cc/control/probe_estimator.h"

#include <gtest/gtest.h>

namespace confab::cc {
namespace {

constexpr Instant kT0 = Instant{} + 10s;

struct ProbeEstimatorTest : testing::Test {
  ProbeEstimatorTest() {
    estimator.on_cluster({.id = 1, .rate_bps = 2'000'000, .bytes_min = 5000, .packets_min = 5});
  }
  // 1000 bytes each 4 ms are 2 Mbit/s.
  void receive(int packets, Duration arrival_spacing, std::uint8_t probe = 1) {
    for (int i = 0; i < packets; ++i) {
      estimator.on_received({.seq = i,
                             .sent_at = kT0 + i * 4ms,
                             .arrived = 500ms + i * arrival_spacing,
                             .bytes = 1000,
                             .probe = probe,
                             .received = true});
    }
  }
  ProbeEstimator estimator;
};

TEST_F(ProbeEstimatorTest, what_arrives_as_it_was_sent_fits) {
  receive(6, 4ms);
  const auto result = estimator.take();
  ASSERT_TRUE(result);
  EXPECT_NEAR(result->rate_bps, 2'000'000, 1);
  EXPECT_NEAR(result->probed_bps, 2'000'000, 1);
  EXPECT_FALSE(estimator.take());
}

TEST_F(ProbeEstimatorTest, what_arrives_slower_shows_what_the_link_carries) {
  receive(6, 8ms);
  EXPECT_NEAR(estimator.take()->rate_bps, 950'000, 1);
}

TEST_F(ProbeEstimatorTest, too_few_packets_say_nothing) {
  receive(3, 4ms);
  EXPECT_FALSE(estimator.take());
}

TEST_F(ProbeEstimatorTest, what_arrives_much_faster_than_it_was_sent_says_nothing) {
  receive(6, 1ms);
  EXPECT_FALSE(estimator.take());
}

TEST_F(ProbeEstimatorTest, packets_of_no_cluster_are_passed_over) {
  receive(6, 4ms, kNoProbe);
  receive(6, 4ms, 9);
  EXPECT_FALSE(estimator.take());
}

}  // namespace
}  // namespace confab::cc
