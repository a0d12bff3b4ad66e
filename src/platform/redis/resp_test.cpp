#include "platform/redis/resp.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace confab::redis {
namespace {

TEST(Resp, commands_are_words_with_their_length_whatever_is_in_them) {
  constexpr std::array<std::string_view, 3> kWords = {"SET", "a\r\nb", ""};
  EXPECT_EQ(write_command(kWords), "*3\r\n$3\r\nSET\r\n$4\r\na\r\nb\r\n$0\r\n\r\n");
}

TEST(Resp, replies_are_read_one_after_the_other_however_they_are_cut) {
  const std::string bytes = "+OK\r\n:-12\r\n$5\r\na\r\nbc\r\n$-1\r\n-NOSCRIPT none\r\n$0\r\n\r\n";
  const std::vector<RespReply> expected = {std::string("OK"),          std::int64_t{-12},
                                           std::string("a\r\nbc"),     std::string(),
                                           RespError{"NOSCRIPT none"}, std::string()};
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    RespReader reader;
    std::vector<RespReply> found;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.append(std::string_view(bytes).substr(at, step));
      while (true) {
        auto reply = reader.next();
        ASSERT_TRUE(reply) << reply.error();
        if (!*reply) break;
        found.push_back(std::move(**reply));
      }
    }
    EXPECT_EQ(found, expected) << step;
  }
}

TEST(Resp, what_is_no_reply_of_ours_is_told_and_nothing_behind_it_is_read) {
  for (const std::string& wrong :
       {std::string("*1\r\n:1\r\n"), std::string("\r\n"), std::string(":x\r\n"),
        std::string("$-2\r\n"), std::string("$4097\r\n"), std::string("$1\r\nabc\r\n"),
        "+" + std::string(kReplyBytesMax, 'x') + "\r\n", std::string(kReplyBytesMax + 2, 'x')}) {
    RespReader reader;
    reader.append(wrong);
    EXPECT_FALSE(reader.next()) << wrong.substr(0, 20);
    reader.append("+OK\r\n");
    EXPECT_FALSE(reader.next()) << wrong.substr(0, 20);
  }
}

}  // namespace
}  // namespace confab::redis
