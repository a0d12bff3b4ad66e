#include "service/cli/parts/banner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace confab::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

TEST(Banner, WithoutTlsItSaysWhatOtherDevicesNeed) {
  const std::vector<MediaAddress> media = {{ip("192.0.2.1"), ip("192.0.2.1")}};
  const std::string text = banner_text({.http = {ip("0.0.0.0"), 8080},
                                        .https = std::nullopt,
                                        .media = media,
                                        .media_port_first = 40000,
                                        .shards = 2});
  EXPECT_THAT(text, HasSubstr("http://localhost:8080\n"));
  EXPECT_THAT(text, HasSubstr("--tls"));
  EXPECT_THAT(text, HasSubstr("40000-40001 on 192.0.2.1"));
  EXPECT_THAT(text, Not(HasSubstr("https://")));
}

TEST(Banner, WithTlsEveryAddressHasItsUrl) {
  const std::vector<MediaAddress> media = {{ip("10.0.0.2"), ip("192.0.2.1")},
                                           {ip("2001:db8::1"), ip("2001:db8::1")}};
  const std::string text = banner_text({.http = {ip("0.0.0.0"), 80},
                                        .https = Endpoint{ip("0.0.0.0"), 8443},
                                        .certificate_is_ours = true,
                                        .media = media,
                                        .media_port_first = 40000,
                                        .shards = 1});
  EXPECT_THAT(text, HasSubstr("http://localhost\n"));
  EXPECT_THAT(text, HasSubstr("https://192.0.2.1:8443\n"));
  EXPECT_THAT(text, HasSubstr("https://[2001:db8::1]:8443\n"));
  EXPECT_THAT(text, HasSubstr("listening on 10.0.0.2"));
  EXPECT_THAT(text, HasSubstr("trust"));
}

}  // namespace
}  // namespace confab::cli
