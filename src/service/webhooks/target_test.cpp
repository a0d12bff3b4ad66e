#include "service/webhooks/target.h"

#include "gtest/gtest.h"

namespace confab::webhooks {
namespace {

bool is_public_text(const char* text) {
  const auto address = IpAddress::parse(text);
  EXPECT_TRUE(address) << text;
  return address && is_public(*address);
}

TEST(WebhookTarget, is_on_the_public_internet) {
  for (const char* text : {"1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "192.0.1.1",
                           "2606:4700::1", "2a00:1450::1", "2001:4860::8"}) {
    EXPECT_TRUE(is_public_text(text)) << text;
  }
}

TEST(WebhookTarget, is_nothing_that_only_we_can_reach) {
  for (const char* text : {"0.0.0.0",
                           "127.0.0.1",
                           "127.255.0.1",
                           "10.0.0.1",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "198.18.0.1",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "192.0.2.1",
                           "::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "ff02::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::7f00:1",
                           "2002:7f00:1::",
                           "2001:0:7f00:1::",
                           "2001:db8::1",
                           "::127.0.0.1"}) {
    EXPECT_FALSE(is_public_text(text)) << text;
  }
}

TEST(WebhookTarget, keeps_path_and_query) {
  const auto target = parse_target("https://hooks.example.org:8443/a/b?c=d", false);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->origin.host, "hooks.example.org");
  EXPECT_EQ(target->origin.port, 8443);
  EXPECT_TRUE(target->origin.is_tls);
  EXPECT_EQ(target->path, "/a/b?c=d");
  EXPECT_EQ(parse_target("http://example.org", false)->path, "/");
  EXPECT_EQ(parse_target("http://example.org?x", false)->path, "/?x");
}

TEST(WebhookTarget, refuses_what_is_no_url_of_another_server) {
  for (const char* url :
       {"", "example.org", "ftp://example.org", "file:///etc/passwd", "http://user@example.org/",
        "http://example.org/#x", "http://example.org/ x", "http://example.org/\r\nHost: x",
        "http://127.0.0.1:6000/metrics", "http://[::1]/", "http://169.254.169.254/latest",
        "http:///x"}) {
    EXPECT_FALSE(parse_target(url, false)) << url;
  }
  EXPECT_FALSE(parse_target("http://example.org/" + std::string(kUrlBytesMax, 'x'), false));
  EXPECT_TRUE(parse_target("http://127.0.0.1:6000/x", true));
}

}  // namespace
}  // namespace confab::webhooks
