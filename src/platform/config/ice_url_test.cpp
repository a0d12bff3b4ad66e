#include "platform/config/ice_url.h"

#include <gtest/gtest.h>

namespace confab {
namespace {

IceUrl url(bool is_turn, bool is_tcp, bool is_tls, const char* host, std::uint16_t port) {
  return {.is_turn = is_turn, .is_tcp = is_tcp, .is_tls = is_tls, .host = host, .port = port};
}

TEST(IceUrl, what_browsers_take_is_read_with_its_defaults) {
  EXPECT_EQ(parse_ice_url("stun:s.example"), url(false, false, false, "s.example", 3478));
  EXPECT_EQ(parse_ice_url("turn:t.example:80"), url(true, false, false, "t.example", 80));
  EXPECT_EQ(parse_ice_url("turn:10.0.0.1?transport=tcp"), url(true, true, false, "10.0.0.1", 3478));
  EXPECT_EQ(parse_ice_url("turn:t:3478?transport=udp"), url(true, false, false, "t", 3478));
  EXPECT_EQ(parse_ice_url("turns:t.example"), url(true, true, true, "t.example", 5349));
  EXPECT_EQ(parse_ice_url("turns:[2001:db8::1]:443?transport=tcp"),
            url(true, true, true, "2001:db8::1", 443));
}

TEST(IceUrl, what_would_make_every_browser_throw_is_refused_with_what_was_expected) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "stun:HOST"},
      {"https://t.example", "stun:HOST"},
      {"TURN:t.example", "stun:HOST"},
      {"turn:", "host name"},
      {"turn://t.example", "host name"},
      {"turn:t.example/path", "host name"},
      {"turn:user@t.example", "host name"},
      {"turn:t.example:", "port"},
      {"turn:t.example:0", "port"},
      {"turn:t.example:65536", "port"},
      {"turn:t.example:34x", "port"},
      {"turn:[2001:db8::1", "host name"},
      {"turn:[10.0.0.1]", "host name"},
      {"turn:2001:db8::1", "port"},
      {"stun:s.example?transport=udp", "STUN"},
      {"turn:t.example?transport=sctp", "transport=udp"},
      {"turn:t.example?", "transport=udp"},
      {"turns:t.example?transport=udp", "transport=tcp"},
  };
  for (const auto& [text, expected] : cases) {
    const auto parsed = parse_ice_url(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().find(expected), std::string::npos) << text << ": " << parsed.error();
  }
  EXPECT_FALSE(parse_ice_url("turn:" + std::string(300, 'a')));
}

}  // namespace
}  // namespace confab
