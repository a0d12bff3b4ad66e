#include <gtest/gtest.h>

#include "platform/http_client/http_client.h"

namespace confab::http {
namespace {

TEST(Origin, TakesWhatAPersonWrites) {
  const auto plain = Origin::parse("http://127.0.0.1:8080");
  ASSERT_TRUE(plain.has_value());
  EXPECT_FALSE(plain->is_tls);
  EXPECT_EQ(plain->authority(), "127.0.0.1:8080");

  const auto tls = Origin::parse("https://meet.example.org/");
  ASSERT_TRUE(tls.has_value());
  EXPECT_TRUE(tls->is_tls);
  EXPECT_EQ(tls->port, 443);
  EXPECT_EQ(tls->authority(), "meet.example.org");

  const auto v6 = Origin::parse("http://[::1]:8080");
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->authority(), "[::1]:8080");
}

TEST(Origin, RefusesWhatIsMoreOrLess) {
  for (const char* bad : {"", "localhost:8080", "ftp://host", "http://", "http://host/room/abc",
                          "http://user@host", "http://host:0", "http://host:99999"}) {
    EXPECT_FALSE(Origin::parse(bad).has_value()) << bad;
  }
}

TEST(Resolve, ALiteralNeedsNobody) {
  EXPECT_EQ(resolve("192.0.2.7")->to_string(), "192.0.2.7");
  EXPECT_EQ(resolve("::1")->to_string(), "::1");
}

}  // namespace
}  // namespace confab::http
