// Just enough JSON for a protocol that carries it (RFC 8259): check a text, find the elements of an
// array and a member of an object as views into it. Values are handed on as they came, so that what
// is echoed is equal to the byte, and the application parses once, into what it wants.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace confab::socketio {

struct JsonArray {
  std::vector<std::string_view> elements;
  // The "num" of each {"_placeholder":true,"num":n} at any depth, in order.
  std::vector<std::size_t> placeholders;
};

// All of these check the whole text: syntax, UTF-8, and at most kNestingMax levels.
bool is_json(std::string_view text);
std::optional<JsonArray> parse_json_array(std::string_view text);
// The members' values by key, as raw text, in the order they came.
struct JsonMember {
  std::string key;
  std::string_view value;
};
std::optional<std::vector<JsonMember>> parse_json_object(std::string_view text);
// The value of a key, the last one if it comes twice. Sorting that out while parsing would cost
// time in the square of the members, and a client may send a hundred thousand.
std::optional<std::string_view> find_member(const std::vector<JsonMember>& members,
                                            std::string_view key);

// A string between quotes, and back. unquote takes what the functions above found; nothing when it
// is not a string.
std::string json_quote(std::string_view text);
std::optional<std::string> json_unquote(std::string_view value);

}  // namespace confab::socketio
