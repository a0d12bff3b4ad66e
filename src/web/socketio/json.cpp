#include "web/socketio/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/utf8.h"
#include "web/socketio/packet.h"

namespace confab::socketio {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<unsigned> hex4(std::string_view text) {
  unsigned value = 0;
  if (text.size() < 4) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
  if (error != std::errc{} || end != text.data() + 4) return std::nullopt;
  return value;
}

// Recursive descent over the text; it keeps nothing but its place. Each function takes one thing
// and says whether it was there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<std::string_view> value() {
    skip_space();
    const std::size_t begin = at_;
    if (!scan_value()) return std::nullopt;
    return text_.substr(begin, at_ - begin);
  }
  bool take(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  bool enter() { return ++depth_ <= kNestingMax; }
  void exit() { --depth_; }

  std::vector<std::size_t> placeholders;

 private:
  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool scan_value() {
    if (at_ == text_.size()) return false;
    switch (text_[at_]) {
      case '{':
        return scan_object();
      case '[':
        return scan_array();
      case '"':
        return scan_string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return scan_number();
    }
  }

  bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  bool scan_array() {
    ++at_;
    if (!enter()) return false;
    if (!take(']')) {
      do {
        if (!value()) return false;
      } while (take(','));
      if (!take(']')) return false;
    }
    exit();
    return true;
  }

  bool scan_object() {
    ++at_;
    if (!enter()) return false;
    bool is_placeholder = false;
    std::optional<std::string_view> num;
    if (!take('}')) {
      do {
        skip_space();
        const std::size_t begin = at_;
        if (at_ == text_.size() || text_[at_] != '"' || !scan_string()) return false;
        const std::string_view key = text_.substr(begin, at_ - begin);
        if (!take(':')) return false;
        const auto member = value();
        if (!member) return false;
        if (key == "\"_placeholder\"") is_placeholder = *member == "true";
        if (key == "\"num\"") num = member;
      } while (take(','));
      if (!take('}')) return false;
    }
    if (is_placeholder) note_placeholder(num.value_or(""));
    exit();
    return true;
  }

  void note_placeholder(std::string_view num) {
    // What is not an index refers to nothing, which the caller finds out of range.
    std::size_t index = SIZE_MAX;
    const auto [end, error] = std::from_chars(num.data(), num.data() + num.size(), index);
    if (error != std::errc{} || end != num.data() + num.size()) index = SIZE_MAX;
    placeholders.push_back(index);
  }

  bool scan_string() {
    ++at_;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c < 0x20) return false;
      ++at_;
      if (c == '"') return true;
      if (c == '\\' && !scan_escape()) return false;
    }
    return false;
  }

  bool scan_escape() {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    if (c == 'u') {
      if (!hex4(text_.substr(at_))) return false;
      at_ += 4;
      return true;
    }
    return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
  }

  bool digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > begin;
  }

  bool scan_number() {
    if (text_[at_] == '-') ++at_;
    const bool has_leading_zero = at_ < text_.size() && text_[at_] == '0';
    const std::size_t begin = at_;
    if (!digits() || (has_leading_zero && at_ - begin > 1)) return false;
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

void append_utf8(std::string& out, unsigned code) {
  const auto tail = [&out, code](int shift) {
    out.push_back(static_cast<char>(0x80u | ((code >> shift) & 0x3fu)));
  };
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xc0u | (code >> 6)));
    tail(0);
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xe0u | (code >> 12)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0u | (code >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

// Behind "\u". A surrogate without its other half becomes U+FFFD, so that the result is UTF-8.
void append_unicode_escape(std::string& out, std::string_view& rest) {
  constexpr unsigned kReplacement = 0xfffd;
  const unsigned first = hex4(rest).value_or(kReplacement);
  rest.remove_prefix(4);
  if (first < 0xd800 || first > 0xdfff) {
    append_utf8(out, first);
    return;
  }
  if (first <= 0xdbff && rest.starts_with("\\u")) {
    const unsigned second = hex4(rest.substr(2)).value_or(0);
    if (second >= 0xdc00 && second <= 0xdfff) {
      rest.remove_prefix(6);
      append_utf8(out, 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
      return;
    }
  }
  append_utf8(out, kReplacement);
}

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

bool is_json(std::string_view text) {
  Scanner scanner(text);
  return is_utf8(text) && scanner.value() && scanner.at_end();
}

std::optional<JsonArray> parse_json_array(std::string_view text) {
  Scanner scanner(text);
  JsonArray array;
  if (!is_utf8(text) || !scanner.take('[') || !scanner.enter()) return std::nullopt;
  if (!scanner.take(']')) {
    do {
      const auto element = scanner.value();
      if (!element) return std::nullopt;
      array.elements.push_back(*element);
    } while (scanner.take(','));
    if (!scanner.take(']')) return std::nullopt;
  }
  if (!scanner.at_end()) return std::nullopt;
  array.placeholders = std::move(scanner.placeholders);
  return array;
}

std::optional<std::vector<JsonMember>> parse_json_object(std::string_view text) {
  Scanner scanner(text);
  std::vector<JsonMember> members;
  if (!is_utf8(text) || !scanner.take('{') || !scanner.enter()) return std::nullopt;
  if (!scanner.take('}')) {
    do {
      const auto key = scanner.value();
      if (!key || !key->starts_with('"') || !scanner.take(':')) return std::nullopt;
      const auto value = scanner.value();
      if (!value) return std::nullopt;
      members.push_back({*json_unquote(*key), *value});
    } while (scanner.take(','));
    if (!scanner.take('}')) return std::nullopt;
  }
  if (!scanner.at_end()) return std::nullopt;
  return members;
}

std::optional<std::string_view> find_member(const std::vector<JsonMember>& members,
                                            std::string_view key) {
  const auto at = std::find_if(members.rbegin(), members.rend(),
                               [key](const JsonMember& member) { return member.key == key; });
  if (at == members.rend()) return std::nullopt;
  return at->value;
}

std::string json_quote(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out.append("\\u00");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15u]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

std::optional<std::string> json_unquote(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
  std::string_view rest = value.substr(1, value.size() - 2);
  std::string out;
  out.reserve(rest.size());
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\') {
      out.push_back(c);
      continue;
    }
    const char escape = rest.front();
    rest.remove_prefix(1);
    if (escape == 'u') {
      append_unicode_escape(out, rest);
    } else {
      out.push_back(simple_escape(escape));
    }
  }
  return out;
}

}  // namespace confab::socketio
