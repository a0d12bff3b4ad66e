// What a request for lines asks for, out of the values of its query.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "platform/log/view/cursor.h"
#include "platform/log/view/filter.h"
#include "platform/log/view/stream_reader.h"

namespace confab::logview {

struct Query {
  Filter filter;
  Way way = Way::kOlder;
  std::optional<Cursor> from;  // nothing: the end, or the filter's bounds of time
  std::size_t lines = 200;
};

inline constexpr std::size_t kLinesMax = 1000;
inline constexpr std::size_t kValueMax = 256;

// `value`: of one name, decoded; nothing when it is absent. The error says what was expected.
// Names: level, service, node, room, participant, trace, text, from and to (a time in UTC, or
// milliseconds since 1970); limit; older or newer (a cursor, or empty).
std::expected<Query, std::string> parse_query(
    const std::function<std::optional<std::string>(std::string_view name)>& value);

}  // namespace confab::logview
