#include "sfu/unproven_budget.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

TEST(UnprovenBudget, is_spent_once_and_grows_slowly) {
  UnprovenBudget budget;
  Instant now = Instant{} + 1h;
  std::size_t sent = 0;
  while (budget.spend(now, 1200)) sent += 1200;
  EXPECT_GE(sent, 30'000u);
  EXPECT_LE(sent, 32'768u);
  for (sent = 0; now < Instant{} + 1h + 60s; now += 5ms) {
    if (budget.spend(now, 1200)) sent += 1200;
  }
  EXPECT_NEAR(static_cast<double>(sent), 6 * 32'768.0, 2000);
}

}  // namespace
}  // namespace confab::sfu
