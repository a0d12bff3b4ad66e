#include "base/allowance.h"

#include <gtest/gtest.h>

namespace confab {
namespace {

constexpr Instant kT0 = Instant{} + 1s;

TEST(Allowance, gives_some_at_once_and_then_one_in_each_interval) {
  Allowance allowance(3, 1s);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowance.take(kT0));
  EXPECT_FALSE(allowance.take(kT0 + 999ms));
  EXPECT_EQ(allowance.next(), kT0 + 1s);
  EXPECT_TRUE(allowance.take(kT0 + 1s));
  EXPECT_FALSE(allowance.take(kT0 + 1s));
  // After a rest it is whole, and no more than that.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowance.take(kT0 + 1h));
  EXPECT_FALSE(allowance.take(kT0 + 1h));
}

}  // namespace
}  // namespace confab
