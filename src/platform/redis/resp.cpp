#include "platform/redis/resp.h"

#include <charconv>

namespace confab::redis {
namespace {

constexpr std::string_view kEnd = "\r\n";

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void append_bulk(std::string& to, std::string_view word) {
  to.append("$").append(std::to_string(word.size())).append(kEnd).append(word).append(kEnd);
}

}  // namespace

std::string write_command(std::span<const std::string_view> words) {
  std::string out = "*" + std::to_string(words.size());
  out += kEnd;
  for (const std::string_view word : words) append_bulk(out, word);
  return out;
}

std::expected<std::optional<RespReply>, std::string> RespReader::next() {
  const auto broken = [&](std::string_view why) {
    is_broken_ = true;
    return std::unexpected(std::string(why));
  };
  if (is_broken_) return broken("broken before");
  const std::size_t end = buffer_.find(kEnd);
  if (end == std::string::npos) {
    // Of its end the first half may be there.
    if (buffer_.size() > kReplyBytesMax + 1) return broken("a line that is too long");
    return std::nullopt;
  }
  if (end > kReplyBytesMax) return broken("a line that is too long");
  if (end == 0) return broken("an empty line");
  const char kind = buffer_[0];
  const std::string line = buffer_.substr(1, end - 1);
  std::size_t used = end + kEnd.size();
  std::optional<RespReply> out;
  if (kind == '+') out = line;
  if (kind == '-') out = RespError{line};
  if (kind == ':' || kind == '$') {
    const auto value = number_of(line);
    if (!value) return broken("no number where one belongs");
    if (kind == ':') {
      out = *value;
    } else if (*value == -1) {
      out = std::string{};
    } else {
      if (*value < 0 || static_cast<std::size_t>(*value) > kReplyBytesMax) {
        return broken("a string that is too long");
      }
      const auto size = static_cast<std::size_t>(*value);
      if (buffer_.size() < used + size + kEnd.size()) return std::nullopt;
      if (std::string_view(buffer_).substr(used + size, kEnd.size()) != kEnd) {
        return broken("a string of another length");
      }
      out = buffer_.substr(used, size);
      used += size + kEnd.size();
    }
  }
  if (!out) return broken("a kind of reply that we do not ask for");
  buffer_.erase(0, used);
  return out;
}

}  // namespace confab::redis
