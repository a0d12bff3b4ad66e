#include "platform/http/etag.h"

#include <algorithm>

#include "platform/http/content_security.h"

namespace confab::http {
namespace {

constexpr std::size_t kDigestChars = 22;

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string digest_of(std::string_view content) {
  return sha256_base64(content).substr(0, kDigestChars);
}

bool next_item(std::string_view& rest, std::string_view& item) {
  if (rest.empty()) return false;
  const std::size_t comma = std::min(rest.find(','), rest.size());
  item = trim(rest.substr(0, comma));
  rest.remove_prefix(std::min(comma + 1, rest.size()));
  return true;
}

bool matches_weakly(std::string_view header, std::string_view etag) {
  std::string_view item;
  while (next_item(header, item)) {
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == etag || item == "*") return true;
  }
  return false;
}

bool matches_strongly(std::string_view header,
                      const std::function<bool(std::string_view etag)>& is_it) {
  std::string_view item;
  while (next_item(header, item)) {
    const bool is_tag = item.size() >= 2 && item.starts_with('"') && item.ends_with('"');
    if (item == "*" || (is_tag && is_it(item))) return true;
  }
  return false;
}

}  // namespace confab::http
