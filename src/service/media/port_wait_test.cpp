#include "service/media/port_wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace confab::media {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PortWait, another_server_is_not_waited_for) {
  PortWait wait(40000, 40001, {});
  EXPECT_FALSE(wait.next(true));
  EXPECT_FALSE(wait.has_waited());
}

TEST(PortWait, what_is_left_of_a_connection_is_waited_for_longer_than_it_lasts) {
  PortWait wait(40000, 40001, {});
  Duration waited{};
  while (const auto next = wait.next(false)) waited += *next;
  EXPECT_GT(waited, 62s);
  EXPECT_LT(waited, 90s);
}

TEST(PortWait, says_how_to_keep_the_ports_free) {
  const PortWait two(40000, 40001, {32768, 60999, ""});
  const std::string said = two.sentence("UDP 192.0.2.1:40000: the port is in use", 40000);
  EXPECT_THAT(said, HasSubstr("192.0.2.1:40000"));
  EXPECT_THAT(said, HasSubstr("75 s"));
  EXPECT_THAT(said, HasSubstr("net.ipv4.ip_local_reserved_ports=40000-40001"));
  const PortWait one(40000, 40000, {32768, 60999, "8080"});
  EXPECT_THAT(one.sentence("", 40000), HasSubstr("ip_local_reserved_ports=8080,40000"));
  const PortWait outside(20000, 20001, {32768, 60999, ""});
  EXPECT_THAT(outside.sentence("", 20000), Not(HasSubstr("ip_local_reserved_ports")));
}

}  // namespace
}  // namespace confab::media
