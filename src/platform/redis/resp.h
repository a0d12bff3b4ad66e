// The protocol of Redis (RESP2, redis.io/docs/latest/develop/reference/protocol-spec), as far as we
// ask: commands out, and replies that are no arrays in. Sans-IO.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace confab::redis {

// What a reply may be long: we ask for numbers and hashes of scripts.
inline constexpr std::size_t kReplyBytesMax = 4096;

struct RespError {
  std::string text;  // "NOSCRIPT No matching script"
  bool operator==(const RespError&) const = default;
};
// A status and a string are both a string; a null one is empty.
using RespReply = std::variant<std::int64_t, std::string, RespError>;

// One command, each word as a bulk string: nothing in it can be taken for another.
std::string write_command(std::span<const std::string_view> words);

class RespReader {
 public:
  void append(std::string_view bytes) { buffer_ += bytes; }
  // Nothing while a reply is not there as a whole; an error where the bytes are none of a reply
  // that we take, and then for good.
  std::expected<std::optional<RespReply>, std::string> next();

 private:
  std::string buffer_;
  bool is_broken_ = false;
};

}  // namespace confab::redis
