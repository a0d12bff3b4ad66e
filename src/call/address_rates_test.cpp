#include "call/address_rates.h"

#include <gtest/gtest.h>

namespace confab::call {
namespace {

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

class AddressRatesTest : public ::testing::Test {
 protected:
  bool take(std::string_view from) { return rates_.take(ip(from), now_); }

  Instant now_{Instant{} + 1h};
  AddressRates rates_{Rate{2, 0.5}, 3};
};

TEST_F(AddressRatesTest, WhoAsksTooMuchWaitsAndTheOthersDoNot) {
  EXPECT_TRUE(take("192.0.2.1"));
  EXPECT_TRUE(take("192.0.2.1"));
  EXPECT_FALSE(take("192.0.2.1"));
  EXPECT_FALSE(rates_.has_some(ip("192.0.2.1"), now_));
  EXPECT_TRUE(take("192.0.2.2"));
  now_ += 2s;
  EXPECT_TRUE(take("192.0.2.1"));
  EXPECT_FALSE(take("192.0.2.1"));
}

TEST_F(AddressRatesTest, OneSubnetOfIpv6IsOneWhoAsks) {
  EXPECT_TRUE(take("2001:db8::1"));
  EXPECT_TRUE(take("2001:db8::2"));
  EXPECT_FALSE(take("2001:db8::3"));
  EXPECT_EQ(rates_.taken(ip("2001:db8::4"), now_), 2);
}

TEST_F(AddressRatesTest, ManyAddressesDoNotGiveBackWhatOneHasSpent) {
  EXPECT_TRUE(take("192.0.2.1"));
  EXPECT_TRUE(take("192.0.2.1"));
  EXPECT_TRUE(take("192.0.2.2"));
  EXPECT_TRUE(take("192.0.2.3"));
  // The table is full: all others share a rate of their own, and nobody's count is lost.
  EXPECT_TRUE(take("192.0.2.4"));
  EXPECT_TRUE(take("192.0.2.5"));
  EXPECT_FALSE(take("192.0.2.6"));
  EXPECT_FALSE(take("192.0.2.1"));
  // Later those who were still are as new, and there is room again.
  now_ += 4s;
  EXPECT_TRUE(take("192.0.2.6"));
  EXPECT_TRUE(take("192.0.2.6"));
  EXPECT_FALSE(take("192.0.2.6"));
}

}  // namespace
}  // namespace confab::call
