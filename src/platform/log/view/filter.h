// Which lines somebody wants to see.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "platform/log/view/line.h"

namespace confab::logview {

// What is empty or not set lets everything through.
struct Filter {
  std::optional<LogLevel> level;  // this one and those above
  std::string service;
  std::string node;
  std::string room;  // the room's id or the meeting's
  std::string participant;
  std::string trace;
  std::string text;  // anywhere in the line, whether large or small letters (of ASCII)
  std::optional<std::int64_t> from_ms;
  std::optional<std::int64_t> to_ms;
};

class Matcher {
 public:
  explicit Matcher(Filter filter);

  const Filter& filter() const { return filter_; }
  // False: not worth the parsing. Looks for what must stand in the line somewhere.
  bool may_match(std::string_view text);
  // `line`: what parse_line() made of it. What is no line of a log can only be found by its text.
  bool matches(std::string_view text, const std::optional<Line>& line);

 private:
  bool has_text(std::string_view text);
  bool fits(const Line& line) const;

  const Filter filter_;
  const bool asks_for_fields_;
  std::string wanted_;  // filter_.text in small letters
  std::string scratch_;
};

}  // namespace confab::logview
