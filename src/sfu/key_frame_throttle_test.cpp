#include "sfu/key_frame_throttle.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 1s;

TEST(KeyFrameThrottle, asks_at_once_and_then_waits) {
  KeyFrameThrottle throttle(300ms);
  throttle.want(kT0);
  EXPECT_EQ(throttle.next_timeout(), kT0);
  EXPECT_TRUE(throttle.take_due(kT0));
  throttle.want(kT0 + 10ms);
  EXPECT_FALSE(throttle.take_due(kT0 + 299ms));
  EXPECT_TRUE(throttle.take_due(kT0 + 300ms));  // the first may have been lost
}

TEST(KeyFrameThrottle, a_key_frame_serves_all_who_wanted_one) {
  KeyFrameThrottle throttle(300ms);
  throttle.want(kT0);
  ASSERT_TRUE(throttle.take_due(kT0));
  throttle.on_key_frame();
  EXPECT_EQ(throttle.next_timeout(), kNever);
  EXPECT_FALSE(throttle.take_due(kT0 + 1s));
}

TEST(KeyFrameThrottle, a_later_wish_keeps_the_distance_to_the_last_request) {
  KeyFrameThrottle throttle(300ms);
  throttle.want(kT0);
  ASSERT_TRUE(throttle.take_due(kT0));
  throttle.on_key_frame();
  throttle.want(kT0 + 100ms);
  EXPECT_EQ(throttle.next_timeout(), kT0 + 300ms);
  throttle.on_key_frame();
  throttle.want(kT0 + 5s);
  EXPECT_EQ(throttle.next_timeout(), kT0 + 5s);
}

TEST(KeyFrameThrottle, gives_up_on_a_publisher_that_never_answers_until_asked_again) {
  KeyFrameThrottle throttle(300ms);
  throttle.want(kT0);
  int requests = 0;
  for (Instant t = kT0; throttle.is_wanted() && t < kT0 + 1min; t += 100ms) {
    if (throttle.take_due(t)) ++requests;
  }
  EXPECT_EQ(requests, 20);
  throttle.want(kT0 + 2min);
  EXPECT_TRUE(throttle.take_due(kT0 + 2min));
}

TEST(KeyFrameThrottle, asks_seldom_when_there_is_always_somebody_who_wants_one) {
  KeyFrameThrottle throttle(300ms);
  const auto requests_in = [&](Instant from, Duration span) {
    int requests = 0;
    for (Instant t = from; t < from + span; t += 20ms) {
      throttle.want(t);
      if (!throttle.take_due(t)) continue;
      ++requests;
      throttle.on_key_frame();
    }
    return requests;
  };
  EXPECT_GE(requests_in(kT0, 3s), 9);
  EXPECT_LE(requests_in(kT0 + 3s, 60s), 65);
  // Who comes meanwhile waits a second at the most; after a rest it is as at first.
  EXPECT_GE(requests_in(kT0 + 2min, 3s), 9);
}

}  // namespace
}  // namespace confab::sfu
