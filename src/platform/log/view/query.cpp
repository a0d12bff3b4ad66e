#include "platform/log/view/query.h"

#include <charconv>
#include <cstdint>
#include <utility>

#include "platform/log/view/line.h"

namespace confab::logview {
namespace {

using Values = std::function<std::optional<std::string>(std::string_view name)>;

std::optional<std::int64_t> parse_moment(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Up to the year 5138, so that nothing is near an overflow.
  constexpr std::int64_t kMax = 100'000'000'000'000;
  if (error == std::errc() && end == text.data() + text.size()) {
    return value >= 0 && value <= kMax ? std::optional(value) : std::nullopt;
  }
  return parse_time(text);
}

std::expected<void, std::string> parse_texts(const Values& value, Filter& filter) {
  const std::pair<std::string_view, std::string*> places[] = {
      {"service", &filter.service},         {"node", &filter.node},   {"room", &filter.room},
      {"participant", &filter.participant}, {"trace", &filter.trace}, {"text", &filter.text}};
  for (const auto& [name, place] : places) {
    *place = value(name).value_or("");
    if (place->size() > kValueMax) {
      return std::unexpected(std::string(name) + ": at most 256 characters");
    }
  }
  return {};
}

std::expected<void, std::string> parse_bounds(const Values& value, Filter& filter) {
  if (const auto level = value("level"); level && !level->empty()) {
    filter.level = parse_level(*level);
    if (!filter.level) return std::unexpected("level: debug, info, warn or error");
  }
  for (const auto& [name, place] : {std::pair{"from", &filter.from_ms}, {"to", &filter.to_ms}}) {
    const auto text = value(name);
    if (!text || text->empty()) continue;
    *place = parse_moment(*text);
    if (!*place) {
      return std::unexpected(std::string(name) +
                             ": a time as 2025-01-31T12:44:56Z, or milliseconds since 1970");
    }
  }
  return {};
}

std::expected<void, std::string> parse_place(const Values& value, Query& query) {
  const auto older = value("older"), newer = value("newer");
  if (older && newer) return std::unexpected("older and newer exclude each other");
  query.way = newer ? Way::kNewer : Way::kOlder;
  const std::string& cursor = newer ? *newer : older.value_or("");
  if (!cursor.empty()) {
    query.from = parse_cursor(cursor);
    if (!query.from) return std::unexpected("older, newer: a cursor of an earlier answer");
  }
  const auto limit = value("limit");
  if (!limit) return {};
  std::size_t lines = 0;
  const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), lines);
  if (error != std::errc() || end != limit->data() + limit->size() || lines == 0 ||
      lines > kLinesMax) {
    return std::unexpected("limit: 1 to 1000");
  }
  query.lines = lines;
  return {};
}

}  // namespace

std::expected<Query, std::string> parse_query(const Values& value) {
  Query query;
  auto parsed = parse_texts(value, query.filter);
  if (parsed) parsed = parse_bounds(value, query.filter);
  if (parsed) parsed = parse_place(value, query);
  if (!parsed) return std::unexpected(std::move(parsed).error());
  return query;
}

}  // namespace confab::logview
