// Where a Redis is: redis://[user][:password@]host[:port][/number].
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace confab::redis {

struct RedisUrl {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 6379;
  std::string user;  // empty: the default one
  std::string password;
  std::uint16_t database = 0;
  bool operator==(const RedisUrl&) const = default;
};

// What is wrong with it, without the password.
std::expected<RedisUrl, std::string> parse_redis_url(std::string_view text);

}  // namespace confab::redis
