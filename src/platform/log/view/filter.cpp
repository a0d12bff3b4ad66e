#include "platform/log/view/filter.h"

#include <algorithm>
#include <utility>

namespace confab::logview {
namespace {

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool has_fields(const Filter& filter) {
  return filter.level || filter.from_ms || filter.to_ms || !filter.service.empty() ||
         !filter.node.empty() || !filter.room.empty() || !filter.participant.empty() ||
         !filter.trace.empty();
}

bool is(std::string_view wanted, std::string_view value) {
  return wanted.empty() || wanted == value;
}

}  // namespace

Matcher::Matcher(Filter filter)
    : filter_(std::move(filter)), asks_for_fields_(has_fields(filter_)), wanted_(filter_.text) {
  std::ranges::transform(wanted_, wanted_.begin(), small);
}

bool Matcher::may_match(std::string_view text) {
  for (const std::string* id : {&filter_.trace, &filter_.participant, &filter_.room}) {
    if (!id->empty() && !text.contains(*id)) return false;
  }
  return has_text(text);
}

bool Matcher::has_text(std::string_view text) {
  if (wanted_.empty()) return true;
  scratch_.resize(text.size());
  std::ranges::transform(text, scratch_.begin(), small);
  return scratch_.contains(wanted_);
}

bool Matcher::matches(std::string_view text, const std::optional<Line>& line) {
  return may_match(text) && (!asks_for_fields_ || (line && fits(*line)));
}

bool Matcher::fits(const Line& line) const {
  return (!filter_.level || line.level >= *filter_.level) &&
         (!filter_.from_ms || line.time_ms >= *filter_.from_ms) &&
         (!filter_.to_ms || line.time_ms <= *filter_.to_ms) && is(filter_.service, line.service) &&
         is(filter_.node, line.node) && is(filter_.participant, line.participant) &&
         is(filter_.trace, line.trace) &&
         (is(filter_.room, line.rooms[0]) || is(filter_.room, line.rooms[1]));
}

}  // namespace confab::logview
