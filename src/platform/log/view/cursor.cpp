#include "platform/log/view/cursor.h"

#include <array>
#include <charconv>

#include "platform/log/view/streams.h"

namespace confab::logview {
namespace {

void append_hex(std::string& out, std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  out.append(digits.data(), end);
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string cursor_text(const Cursor& cursor) {
  // Of an empty folder there is a place as well.
  if (cursor.empty()) return "0.0";
  std::string out;
  for (const Position& position : cursor) {
    if (!out.empty()) out += '_';
    append_hex(out, position.file);
    out += '.';
    append_hex(out, position.offset);
  }
  return out;
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  Cursor cursor;
  for (;;) {
    const std::size_t end = std::min(text.find('_'), text.size());
    const std::string_view part = text.substr(0, end);
    const std::size_t dot = part.find('.');
    if (dot == std::string_view::npos || cursor.size() == kStreamsMax) return std::nullopt;
    const auto file = parse_hex(part.substr(0, dot));
    const auto offset = parse_hex(part.substr(dot + 1));
    if (!file || !offset) return std::nullopt;
    cursor.push_back({*file, *offset});
    if (end == text.size()) return cursor;
    text.remove_prefix(end + 1);
  }
}

}  // namespace confab::logview
