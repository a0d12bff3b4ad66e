#include "platform/store/retention_clock.h"

#include <algorithm>

namespace confab::store {

void RetentionClock::read(ClockReading now) {
  if (!kept_) kept_ = Kept{now.unix_ms, now.unix_ms};
  std::int64_t step = 0;
  if (last_) {
    step = 2 * to_ms(now.at - *last_);
  } else if (const std::int64_t gap = now.unix_ms - kept_->unix_ms; gap <= kCredibleGapMs) {
    step = std::max<std::int64_t>(gap, 0);
  }
  const std::int64_t reached = std::min(now.unix_ms, kept_->trusted_ms + step);
  kept_ = Kept{std::max(kept_->trusted_ms, reached), now.unix_ms};
  last_ = now.at;
}

std::optional<std::int64_t> RetentionClock::now_ms() const {
  if (!last_) return std::nullopt;
  return std::min(kept_->trusted_ms, kept_->unix_ms);
}

Duration RetentionClock::disbelieved() const {
  if (!last_) return Duration::zero();
  return std::chrono::milliseconds(std::max<std::int64_t>(kept_->unix_ms - kept_->trusted_ms, 0));
}

std::int64_t RetentionClock::counts_from_ms(std::int64_t at_ms) const {
  return kept_ ? std::max(at_ms, kept_->trusted_ms - kCredibleGapMs) : at_ms;
}

}  // namespace confab::store
