#include "cc/control/application_limit.h"

#include <gtest/gtest.h>

namespace confab::cc {
namespace {

struct ApplicationLimitTest : testing::Test {
  void send(double bps, Duration span) {
    const Duration spacing = std::chrono::microseconds(static_cast<int>(8e9 / bps));
    for (const Instant end = now + span; now < end; now += spacing) limit.on_sent(now, 1000);
  }

  ApplicationLimit limit;
  Instant now = Instant{} + 10s;
};

TEST_F(ApplicationLimitTest, who_sends_what_it_may_is_not_limited) {
  limit.set_target(1'000'000);
  send(950'000, 10s);
  EXPECT_FALSE(limit.is_limited());
  send(700'000, 10s);
  EXPECT_FALSE(limit.is_limited());
}

TEST_F(ApplicationLimitTest, who_sends_much_less_is_and_no_longer_soon_after_it_sends_more) {
  limit.set_target(1'000'000);
  send(300'000, 2s);
  EXPECT_TRUE(limit.is_limited());
  send(1'000'000, 500ms);
  EXPECT_FALSE(limit.is_limited());
}

TEST_F(ApplicationLimitTest, who_sends_in_frames_is_not) {
  limit.set_target(1'000'000);
  for (int i = 0; i < 300; ++i, now += 33ms) {
    for (int k = 0; k < 4; ++k) limit.on_sent(now, 1000);
  }
  EXPECT_FALSE(limit.is_limited());
}

}  // namespace
}  // namespace confab::cc
