#include "service/access/identity_rates.h"

#include <gtest/gtest.h>

namespace confab::access {
namespace {

TEST(IdentityRates, each_has_its_own) {
  const Instant now{};
  IdentityRates rates({2, 1}, now);
  EXPECT_TRUE(rates.take("key:a", now));
  EXPECT_TRUE(rates.take("key:a", now));
  EXPECT_FALSE(rates.take("key:a", now));
  EXPECT_TRUE(rates.take("key:b", now));
  EXPECT_TRUE(rates.take("key:a", now + 1s));
}

TEST(IdentityRates, those_beyond_the_table_share_one_until_others_are_forgotten) {
  Instant now{};
  IdentityRates rates({2, 1}, now);
  for (std::size_t i = 0; i < IdentityRates::kIdentitiesMax; ++i) {
    EXPECT_TRUE(rates.take("token:" + std::to_string(i), now));
  }
  EXPECT_TRUE(rates.take("x", now));
  EXPECT_TRUE(rates.take("y", now));
  EXPECT_FALSE(rates.take("z", now));
  EXPECT_EQ(rates.size(), IdentityRates::kIdentitiesMax);
  now += 3s;
  EXPECT_TRUE(rates.take("z", now));
  EXPECT_EQ(rates.size(), 1u);
}

}  // namespace
}  // namespace confab::access
