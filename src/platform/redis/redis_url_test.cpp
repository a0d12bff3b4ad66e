#include "platform/redis/redis_url.h"

#include <gtest/gtest.h>

namespace confab::redis {
namespace {

TEST(RedisUrl, says_where_and_as_whom) {
  EXPECT_EQ(parse_redis_url("redis://redis"), (RedisUrl{.host = "redis"}));
  EXPECT_EQ(parse_redis_url("redis://:s%40crit@10.0.0.1:6380/2"),
            (RedisUrl{.host = "10.0.0.1", .port = 6380, .password = "s@crit", .database = 2}));
  EXPECT_EQ(parse_redis_url("redis://ada:secret@[::1]:1/"),
            (RedisUrl{.host = "::1", .port = 1, .user = "ada", .password = "secret"}));
}

TEST(RedisUrl, that_is_none_is_told_without_what_is_secret_in_it) {
  for (const char* text : {"", "redis", "http://redis", "redis://", "redis://h:99999",
                           "redis://h/x", "redis://h/1?x=1", "rediss://h"}) {
    EXPECT_FALSE(parse_redis_url(text)) << text;
  }
  const auto wrong = parse_redis_url("redis://:sesame@h/x");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().find("sesame"), std::string::npos);
}

}  // namespace
}  // namespace confab::redis
