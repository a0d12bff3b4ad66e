#include "cc/control/trend_detector.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace confab::cc {
namespace {

struct TrendDetectorTest : testing::Test {
  // Groups of 20 ms that arrive later by so much from one to the next.
  void run(int groups, Duration later) {
    for (int i = 0; i < groups; ++i) {
      at += 20ms + later;
      detector.on_spacing({.sent = 20ms, .arrived = 20ms + later, .at = at});
      ever_over |= detector.usage() == Usage::kOver;
    }
  }

  TrendDetector detector;
  Duration at = 1s;
  bool ever_over = false;
};

TEST_F(TrendDetectorTest, a_steady_path_is_normal) {
  run(500, 0ms);
  EXPECT_EQ(detector.usage(), Usage::kNormal);
  EXPECT_FALSE(ever_over);
  EXPECT_NEAR(detector.threshold_ms(), 6, 0.5);  // nothing varies
}

TEST_F(TrendDetectorTest, a_queue_that_grows_is_overuse_within_a_second) {
  run(100, 0ms);
  run(50, 2ms);  // sent a tenth faster than it flows
  EXPECT_TRUE(ever_over);
}

TEST_F(TrendDetectorTest, a_queue_that_empties_is_underuse) {
  run(100, 0ms);
  run(30, 3ms);
  run(40, -3ms);
  EXPECT_EQ(detector.usage(), Usage::kUnder);
}

TEST_F(TrendDetectorTest, a_queue_that_stands_is_normal_again) {
  run(100, 0ms);
  run(20, 3ms);
  run(100, 0ms);
  EXPECT_EQ(detector.usage(), Usage::kNormal);
}

TEST_F(TrendDetectorTest, jitter_of_30_ms_is_no_overuse_for_long) {
  SeededRandom random(5);
  Duration before{};
  int over = 0;
  for (int i = 0; i < 3000; ++i) {
    const Duration jitter = random.between(0, 30'000) * 1us;
    at += 20ms + jitter - before;
    detector.on_spacing({.sent = 20ms, .arrived = 20ms + jitter - before, .at = at});
    before = jitter;
    if (i > 200 && detector.usage() == Usage::kOver) ++over;
  }
  EXPECT_LT(over, 60);  // of 2800
}

}  // namespace
}  // namespace confab::cc
