#include "platform/discovery/consul/watch.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace confab::discovery::consul {
namespace {

// Nothing for an index that none is: then nobody knows what to wait for.
std::optional<std::uint64_t> parse_index(std::string_view text) {
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole ? std::optional(index) : std::nullopt;
}

}  // namespace

Duration Backoff::next() {
  constexpr Duration kFirst = 100ms;
  constexpr Duration kLast = 2s;
  constexpr unsigned kDoublingsMax = 5;
  const Duration pause = kFirst * (1 << std::min(failures_++, kDoublingsMax));
  return std::min(pause, kLast);
}

std::optional<std::string> Watch::ask(Instant now) {
  if (is_asked_ || now < next_timeout() || !pace_.take(now)) return std::nullopt;
  is_asked_ = true;
  if (index_ == 0) return path_;
  return path_ + (path_.contains('?') ? '&' : '?') + "index=" + std::to_string(index_) +
         "&wait=" + std::to_string(kWait / 1s) + "s";
}

Watch::News Watch::handle_answer(std::string_view text) {
  is_asked_ = false;
  backoff_.reset();
  const auto index = parse_index(text);
  // One that goes back is another history: a restored state, a restarted server. What was known
  // may be gone without a word.
  const bool is_back = !index || *index < index_;
  const bool is_afresh = std::exchange(is_afresh_, false) || is_back;
  const bool is_same = index && *index == index_;
  // Never 0 of the agent's own saying: the next query would return at once, and so on for ever.
  index_ = is_back ? 0 : std::max<std::uint64_t>(*index, 1);
  if (is_afresh) return News::kAfresh;
  return is_same ? News::kNone : News::kSome;
}

void Watch::handle_failure(Instant now) {
  is_asked_ = false;
  is_afresh_ = true;
  index_ = 0;
  not_before_ = now + backoff_.next();
}

Instant Watch::next_timeout() const {
  return is_asked_ ? kNever : std::max(not_before_, pace_.next());
}

}  // namespace confab::discovery::consul
