#include "service/rest/address_gate.h"

#include <gtest/gtest.h>

#include <string>

namespace confab::rest {
namespace {

class AddressGateTest : public testing::Test {
 protected:
  bool passes(const std::string& path, const char* from) {
    http::Request request;
    request.path = path;
    request.remote.address = *IpAddress::parse(from);
    const auto refused = gate_.check(request, now_);
    if (refused) {
      EXPECT_EQ(refused->status, 429u);
      EXPECT_TRUE(refused->body.contains("rate_limited"));
    }
    return !refused;
  }

  Instant now_{};
  AddressGate gate_{{3, 1}};
};

TEST_F(AddressGateTest, an_address_that_asks_too_often_waits_and_the_others_do_not) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(passes("/api/config", "192.0.2.1"));
  EXPECT_FALSE(passes("/api/rooms/abc-defg-hij", "192.0.2.1"));
  EXPECT_TRUE(passes("/api/config", "192.0.2.2"));
  now_ += 1s;
  EXPECT_TRUE(passes("/api/config", "192.0.2.1"));
  EXPECT_FALSE(passes("/api/config", "192.0.2.1"));
}

TEST_F(AddressGateTest, a_network_of_one_person_has_one_budget) {
  for (const char* from : {"2001:db8::1", "2001:db8::2", "2001:db8::3"}) {
    EXPECT_TRUE(passes("/api/config", from));
  }
  EXPECT_FALSE(passes("/api/config", "2001:db8::4"));
  EXPECT_TRUE(passes("/api/config", "2001:db8:0:1::1"));
}

TEST_F(AddressGateTest, pages_health_and_sockets_are_not_rest) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(passes("/", "192.0.2.1"));
    EXPECT_TRUE(passes("/livez", "192.0.2.1"));
    EXPECT_TRUE(passes("/socket.io/", "192.0.2.1"));
  }
  EXPECT_TRUE(passes("/api/config", "192.0.2.1"));
}

}  // namespace
}  // namespace confab::rest
