// A line of a log file, as far as anybody filters by it. Views into the line itself.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/log.h"

namespace confab::logview {

struct Line {
  std::int64_t time_ms = 0;
  LogLevel level = LogLevel::kInfo;
  std::string_view service;
  std::string_view node;
  // Lines name the room by its id, the meeting in it by the meeting's, or both.
  std::array<std::string_view, 2> rooms;
  std::string_view participant;
  std::string_view trace;
};

// Nothing if it is no JSON object with a time: what other programs wrote is text. Values are taken
// as they stand, which for the ids and words that are filtered by is what they mean.
std::optional<Line> parse_line(std::string_view text);

// "2025-01-31T12:44:56.789Z"; the fraction may be missing.
std::optional<std::int64_t> parse_time(std::string_view text);
// Of a line as our own log begins it, without looking at the rest.
std::optional<std::int64_t> time_of(std::string_view line);

std::optional<LogLevel> parse_level(std::string_view word);

}  // namespace confab::logview
