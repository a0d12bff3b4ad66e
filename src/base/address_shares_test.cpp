#include "base/address_shares.h"

#include <gtest/gtest.h>

namespace confab {
namespace {

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

TEST(AddressSharesTest, OneWhoHasItsShareLeavesTheOthersTheirs) {
  AddressShares shares(2);
  EXPECT_TRUE(shares.take(ip("192.0.2.1")));
  EXPECT_TRUE(shares.take(ip("192.0.2.1")));
  EXPECT_FALSE(shares.take(ip("192.0.2.1")));
  EXPECT_TRUE(shares.take(ip("192.0.2.2")));
}

TEST(AddressSharesTest, WhatIsGivenBackCanBeTakenAgain) {
  AddressShares shares(10);
  EXPECT_TRUE(shares.take(ip("2001:db8::1"), 8));
  EXPECT_FALSE(shares.take(ip("2001:db8::2"), 8)) << "the same /64";
  shares.give_back(ip("2001:db8::3"), 8);
  EXPECT_EQ(shares.held(ip("2001:db8::1")), 0u);
  EXPECT_TRUE(shares.take(ip("2001:db8::2"), 8));
}

}  // namespace
}  // namespace confab
