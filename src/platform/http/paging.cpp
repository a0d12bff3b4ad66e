#include "platform/http/paging.h"

#include <charconv>

#include "base/utf8.h"

namespace confab::http {
namespace {

constexpr std::size_t kCursorCharsMax = 256;
constexpr std::string_view kHex = "0123456789abcdef";

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What cursor_of() made.
std::optional<std::string> decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = kHex.find(text[i]);
    const std::size_t low = kHex.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  // What else a database takes for text.
  if (out.find('\0') != std::string::npos || !is_utf8(out)) return std::nullopt;
  return out;
}

}  // namespace

std::unexpected<Error> no_such_cursor() {
  return fail(ErrorCode::kInvalidArgument, "cursor: it is not one of this list");
}

std::string cursor_of(char list, std::string_view at) {
  std::string out(1, list);
  for (const char c : at) {
    const auto byte = static_cast<unsigned char>(c);
    out += {kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

Result<Page> page_of(const Request& request, char list) {
  Page page;
  if (const auto limit = request.query_value("limit")) {
    const auto count = number<std::size_t>(*limit);
    if (!count || *count < 1 || *count > kPageMax) {
      return fail(ErrorCode::kInvalidArgument, "limit: a number from 1 to 100");
    }
    page.count = *count;
  }
  if (const auto cursor = request.query_value("cursor")) {
    const bool is_ours =
        cursor->size() > 1 && cursor->size() <= kCursorCharsMax && cursor->front() == list;
    if (is_ours) page.after = decode(std::string_view(*cursor).substr(1));
    if (!page.after) return no_such_cursor();
  }
  return page;
}

Result<std::int64_t> Page::number_or(std::int64_t otherwise) const {
  if (!after) return otherwise;
  const auto at = number<std::int64_t>(*after);
  if (!at) return no_such_cursor();
  return *at;
}

}  // namespace confab::http
