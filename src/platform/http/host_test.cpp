#include "platform/http/host.h"

#include <gtest/gtest.h>

#include <vector>

namespace confab::http {
namespace {

TEST(HostTest, APageThatPointsItsOwnNameAtUsIsNotOurs) {
  const std::vector<std::string> names = {"metrics.corp.example"};
  for (const auto* own : {"127.0.0.1:6000", "[::1]:6000", "localhost:6000", "confab:6000",
                          "localhost", "Metrics.Corp.Example:6000", "metrics.corp.example", ""}) {
    EXPECT_TRUE(is_own_host(own, names)) << own;
  }
  for (const auto* foreign :
       {"evil.example:6000", "127.0.0.1.evil.example", "localhost.evil.example", "[evil.example]",
        "metrics.corp.example.evil.example:6000"}) {
    EXPECT_FALSE(is_own_host(foreign, names)) << foreign;
  }
}

TEST(HostTest, APageIsOfThisServerIfItsOriginIsWhatIsAsked) {
  EXPECT_TRUE(is_same_site("http://localhost:8080", "localhost:8080"));
  EXPECT_TRUE(is_same_site("https://meet.example", "Meet.Example"));
  EXPECT_TRUE(is_same_site("https://meet.example", "meet.example:443"));
  EXPECT_TRUE(is_same_site("http://[::1]:8080", "[::1]:8080"));
  EXPECT_TRUE(is_same_site("https://meet.example:8443", "meet.example"))
      << "a proxy dropped the port";
  EXPECT_FALSE(is_same_site("http://localhost:3000", "localhost:8080"));
  EXPECT_FALSE(is_same_site("https://evil.example", "meet.example"));
  EXPECT_FALSE(is_same_site("https://meet.example.evil.example", "meet.example"));
  EXPECT_FALSE(is_same_site("null", "null"));
  EXPECT_FALSE(is_same_site("http://", "meet.example"));
}

}  // namespace
}  // namespace confab::http
