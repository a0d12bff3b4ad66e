// Where somebody stands in all streams at once: between two lines of each. As text it goes to the
// reader's browser and comes back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace confab::logview {

struct Position {
  std::uint64_t file = 0;  // File::id
  std::uint64_t offset = 0;
  bool operator==(const Position&) const = default;
};

using Cursor = std::vector<Position>;

// "1a2b.3c_4d.0": hexadecimal, and nothing that a URL would have to escape.
std::string cursor_text(const Cursor& cursor);
std::optional<Cursor> parse_cursor(std::string_view text);

}  // namespace confab::logview
