// Entity tags (RFC 9110 §8.8.3), and what requests ask by them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace confab::http {

// 22 characters of the content's SHA-256, 132 bits: what stands between the quotes.
std::string digest_of(std::string_view content);
inline std::string etag_of(std::string_view content) {
  return '"' + digest_of(content) + '"';
}

// The items of a header with commas, with their quotes; false at its end.
bool next_item(std::string_view& rest, std::string_view& item);

// If-None-Match, §13.1.2: weak comparison.
bool matches_weakly(std::string_view header, std::string_view etag);
// If-Match, §13.1.1: "*", or a strong tag of which `is_it` says so, with its quotes.
bool matches_strongly(std::string_view header,
                      const std::function<bool(std::string_view etag)>& is_it);

}  // namespace confab::http
