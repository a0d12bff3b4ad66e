#include "sfu/overload_break.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 5s;

TEST(OverloadBreak, is_over_at_first) {
  EXPECT_TRUE(OverloadBreak().is_over(Instant{}));
}

TEST(OverloadBreak, doubles_while_it_was_too_short) {
  OverloadBreak pause;
  Instant now = kT0;
  for (const Duration length : {1s, 2s, 4s, 8s, 8s}) {
    pause.begin(now);
    EXPECT_FALSE(pause.is_over(now + length - 1ms));
    EXPECT_TRUE(pause.is_over(now + length));
    now += length + 300ms;
  }
}

TEST(OverloadBreak, is_short_again_after_some_calm) {
  OverloadBreak pause;
  pause.begin(kT0);
  pause.begin(kT0 + 2s);
  pause.begin(kT0 + 4s + 10s);
  EXPECT_TRUE(pause.is_over(kT0 + 4s + 10s + 1s));
}

}  // namespace
}  // namespace confab::sfu
