#include "sfu/overload_break.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 5s;

TEST(OverloadBreak, is_over_at_first) {
  EXPECT_TRUE(OverloadBreak().is_over(Instant{}));
}

TEST(OverloadBreak, doubles_while_it_was_too_short) {
  SeededRandom random(1);
  OverloadBreak pause;
  Instant now = kT0;
  for (const Duration length : {1s, 2s, 4s, 8s, 8s}) {
    pause.begin(now, random);
    EXPECT_FALSE(pause.is_over(now + length - 1ms));
    EXPECT_TRUE(pause.is_over(now + length * 3 / 2));
    now += length * 3 / 2 + 300ms;
  }
}

TEST(OverloadBreak, is_short_again_after_some_calm) {
  SeededRandom random(1);
  OverloadBreak pause;
  pause.begin(kT0, random);
  pause.begin(kT0 + 2s, random);
  pause.begin(kT0 + 5s + 10s, random);
  EXPECT_TRUE(pause.is_over(kT0 + 5s + 10s + 1500ms));
}

TEST(OverloadBreak, does_not_end_for_all_at_once) {
  // Given a hundred streams that ran over at the same moment
  SeededRandom random(1);
  int early = 0;
  for (int i = 0; i < 100; ++i) {
    OverloadBreak pause;
    pause.begin(kT0, random);
    if (pause.is_over(kT0 + 1250ms)) ++early;
  }
  // Then a quarter of a second separates them into halves
  EXPECT_GT(early, 30);
  EXPECT_LT(early, 70);
}

}  // namespace
}  // namespace confab::sfu
