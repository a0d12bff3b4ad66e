#include "base/ip_prefix.h"

#include <gtest/gtest.h>

namespace confab {
namespace {

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

bool contains(std::string_view prefix, std::string_view address) {
  return IpPrefix::parse(prefix)->contains(ip(address));
}

TEST(IpPrefixTest, ABlockHoldsItsAddressesAndNoOthers) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("192.168.7.128/25", "192.168.7.200"));
  EXPECT_FALSE(contains("192.168.7.128/25", "192.168.7.100"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.7"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1")) << "all of IPv4 is not all of IPv6";
}

TEST(IpPrefixTest, OneAddressIsABlockOfOne) {
  EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(contains("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(contains("127.0.0.1", "::ffff:127.0.0.1"))
      << "how a socket for both families says it";
}

TEST(IpPrefixTest, WhatIsNoBlockIsRefused) {
  for (const auto* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.7/8",
                           "10.0.0.0/8x", "proxy", "::/129", "[::1]"}) {
    EXPECT_FALSE(IpPrefix::parse(text)) << text;
  }
}

TEST(IpPrefixTest, ItIsWrittenAsItWasRead) {
  for (const auto* text : {"10.0.0.0/8", "127.0.0.1", "2001:db8::/32", "::1", "0.0.0.0/0"}) {
    EXPECT_EQ(IpPrefix::parse(text)->to_string(), text);
  }
}

TEST(IpPrefixTest, OfIpv6AHostMayUseAWhole64) {
  EXPECT_EQ(peer_of(ip("2001:db8:0:1::7")), peer_of(ip("2001:db8:0:1:ffff::8")));
  EXPECT_NE(peer_of(ip("2001:db8:0:1::7")), peer_of(ip("2001:db8:0:2::7")));
  EXPECT_NE(peer_of(ip("192.0.2.1")), peer_of(ip("192.0.2.2")));
}

}  // namespace
}  // namespace confab
