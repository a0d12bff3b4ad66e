#include "engine/tcp_port.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

#include "engine/descriptors.h"
#include "engine/tcp_share.h"

namespace confab::engine {
namespace {

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

TEST(TcpShare, one_address_can_not_take_what_all_need) {
  TcpShare share({.connections_max = 4, .per_address_max = 2});
  EXPECT_TRUE(share.enter(ip("192.0.2.1")));
  EXPECT_TRUE(share.enter(ip("192.0.2.1")));
  EXPECT_FALSE(share.enter(ip("192.0.2.1")));
  EXPECT_TRUE(share.enter(ip("192.0.2.2")));
  EXPECT_TRUE(share.enter(ip("192.0.2.3")));
  EXPECT_FALSE(share.enter(ip("192.0.2.4"))) << "there are no more for anybody";
  share.leave(ip("192.0.2.1"));
  EXPECT_TRUE(share.enter(ip("192.0.2.4")));
  EXPECT_EQ(share.total(), 4u);
}

TEST(TcpShare, the_addresses_of_one_ipv6_network_are_one) {
  TcpShare share({.connections_max = 100, .per_address_max = 2});
  EXPECT_TRUE(share.enter(ip("2001:db8:1:2::1")));
  EXPECT_TRUE(share.enter(ip("2001:db8:1:2:ffff::9")));
  EXPECT_FALSE(share.enter(ip("2001:db8:1:2:3::4")));
  EXPECT_TRUE(share.enter(ip("2001:db8:1:3::1")));
  share.leave(ip("2001:db8:1:2::7"));
  EXPECT_TRUE(share.enter(ip("2001:db8:1:2::8")));
}

TEST(ListenError, says_what_to_do) {
  const Endpoint local{ip("192.0.2.1"), 40000};
  const ListenError in_use = listen_error("UDP", local, EADDRINUSE);
  EXPECT_EQ(in_use.kind, ListenError::Kind::kInUse);
  EXPECT_NE(in_use.message.find("192.0.2.1:40000"), std::string::npos);
  EXPECT_NE(in_use.message.find("--media-port"), std::string::npos);
  const ListenError not_here = listen_error("UDP", local, EADDRNOTAVAIL);
  EXPECT_EQ(not_here.kind, ListenError::Kind::kNotHere);
  EXPECT_NE(not_here.message.find("--media-address"), std::string::npos);
}

TEST(Descriptors, as_many_may_be_open_as_the_machine_allows) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // Given a shell's limit.
  rlimit low = before;
  low.rlim_cur = std::min<rlim_t>(before.rlim_max, 256);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(descriptor_limit(), low.rlim_cur);
  raise_descriptor_limit();
  EXPECT_EQ(descriptor_limit(), before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace confab::engine
