#include "service/media/announced.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace confab::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}
MediaAddress same(std::string_view text) {
  return {ip(text), ip(text)};
}

TEST(Announced, InterfacesWithoutBridgesAndLoopback) {
  const std::vector<engine::InterfaceAddress> interfaces = {{"eth0", ip("203.0.113.7"), false},
                                                            {"docker0", ip("172.17.0.1"), true},
                                                            {"lo", ip("127.0.0.1"), false}};
  const AnnouncedAddresses chosen = choose_addresses({}, interfaces);
  EXPECT_THAT(chosen.addresses, ElementsAre(same("203.0.113.7")));
  EXPECT_THAT(chosen.warnings, ElementsAre(HasSubstr("docker0")));
}

TEST(Announced, LoopbackWhereThereIsNothingElse) {
  const std::vector<engine::InterfaceAddress> interfaces = {{"lo", ip("127.0.0.1"), false}};
  const AnnouncedAddresses chosen = choose_addresses({}, interfaces);
  EXPECT_THAT(chosen.addresses, ElementsAre(same("127.0.0.1")));
  EXPECT_THAT(chosen.warnings, ElementsAre(HasSubstr("NAT")));
}

TEST(Announced, WhatIsConfiguredIsTakenAsItIs) {
  const std::vector<MediaAddress> configured = {{ip("10.0.0.5"), ip("198.51.100.1")}};
  const AnnouncedAddresses chosen = choose_addresses(configured, {});
  EXPECT_EQ(chosen.addresses, configured);
  EXPECT_THAT(chosen.warnings, IsEmpty());
}

TEST(Announced, CandidatesPreferUdpAndTheFirstAddress) {
  const std::vector<MediaAddress> addresses = {{ip("10.0.0.5"), ip("198.51.100.1")},
                                               same("2001:db8::1")};
  const auto candidates = host_candidates(addresses, 40000, true, true);
  ASSERT_EQ(candidates.size(), 4u);
  EXPECT_EQ(candidates[0],
            (ortc::IceCandidate{"udpcandidate", 1076302079, "198.51.100.1", 40000, false}));
  EXPECT_EQ(candidates[3].address, "2001:db8::1");
  EXPECT_TRUE(candidates[3].is_tcp);
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    EXPECT_LT(candidates[i].priority, candidates[i - 1].priority);
  }
  EXPECT_EQ(host_candidates(addresses, 1, false, true).size(), 2u);
}

}  // namespace
}  // namespace confab::media
