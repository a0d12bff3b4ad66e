#include "sfu/key_frame_wish.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 1s;

TEST(KeyFrameWish, said_again_before_it_is_served_it_is_the_same) {
  KeyFrameWish wish;
  for (Instant t = kT0; t < kT0 + 10s; t += 20ms) EXPECT_TRUE(wish.say(t));
}

TEST(KeyFrameWish, a_receiver_that_asks_without_end_gets_some_and_then_few) {
  KeyFrameWish wish;
  int served = 0;
  for (Instant t = kT0; t < kT0 + 60s; t += 20ms) {
    if (!wish.say(t)) continue;
    ++served;
    wish.on_key_frame();
  }
  EXPECT_GE(served, 20);
  EXPECT_LE(served, 25);
}

}  // namespace
}  // namespace confab::sfu
