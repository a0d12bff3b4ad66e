#include "platform/http/content_security.h"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

TEST(ContentSecurity, HashesAsSha256) {
  // FIPS 180-2 B.1: "abc".
  EXPECT_EQ(sha256_base64("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

TEST(ContentSecurity, NamesEachInlineScriptOnce) {
  const std::string policy = content_security_policy(
      "<html><script src=\"/a.js\"></script><script>abc</script>"
      "<SCRIPT async SRC = '/b.js'></SCRIPT><script id=\"x\">abc</script><script>x</script>");
  const std::string hash = "'sha256-" + sha256_base64("abc") + "'";
  const std::size_t first = policy.find(hash);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(policy.find(hash, first + 1), std::string::npos);
  EXPECT_NE(policy.find(sha256_base64("x")), std::string::npos);
  EXPECT_EQ(policy.find(sha256_base64("")), std::string::npos);
  EXPECT_EQ(policy.find("script-src 'self' 'unsafe"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
}

TEST(ContentSecurity, ADataAttributeIsNotASource) {
  const std::string policy = content_security_policy("<script data-src=\"x\">abc</script>");
  EXPECT_NE(policy.find(sha256_base64("abc")), std::string::npos);
}

TEST(ContentSecurity, SurvivesAnUnfinishedPage) {
  EXPECT_NE(content_security_policy("<script>never closed").find("script-src 'self';"),
            std::string::npos);
  EXPECT_NE(content_security_policy("<script").find("script-src 'self';"), std::string::npos);
}

}  // namespace
}  // namespace confab::http
