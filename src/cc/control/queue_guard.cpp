#include "cc/control/queue_guard.h"

#include <algorithm>

namespace confab::cc {
namespace {

constexpr Duration kStanding = 50ms;
constexpr Duration kStandingFor = 300ms;
constexpr Duration kEmpty = 20ms;
// A queue that is still there after so long is another flow's, or no queue: the way became longer.
constexpr Duration kDrainMin = 3s;

}  // namespace

void QueueGuard::Base::add(Instant now, Duration way) {
  if (!is_known) {
    lowest.fill(way);
    span_until = now + kSpan;
    is_known = true;
  }
  while (now >= span_until) {
    current = (current + 1) % lowest.size();
    lowest[current] = way;
    span_until += kSpan;
    // A long silence: all of it is old.
    if (now - span_until > kSpan * static_cast<int>(lowest.size())) {
      lowest.fill(way);
      span_until = now + kSpan;
    }
  }
  lowest[current] = std::min(lowest[current], way);
}

Duration QueueGuard::Base::value() const {
  return *std::ranges::min_element(lowest);
}

void QueueGuard::on_feedback(Instant now, std::span<const PacketResult> results) {
  std::optional<Duration> shortest;
  for (const PacketResult& r : results) {
    if (!r.received) continue;
    const Duration way = r.arrived - r.sent_at.time_since_epoch();
    shortest = shortest ? std::min(*shortest, way) : way;
  }
  if (!shortest) return;
  base_.add(now, *shortest);
  queue_ = *shortest - base_.value();
  if (queue_ <= kStanding) {
    over_since_.reset();
  } else if (!over_since_) {
    over_since_ = now;
  }
  if (!draining_since_) {
    if (over_since_ && now - *over_since_ >= kStandingFor) draining_since_ = now;
    return;
  }
  if (queue_ < kEmpty) {
    draining_since_.reset();
  } else if (now - *draining_since_ > std::max<Duration>(kDrainMin, 4 * queue_)) {
    base_ = {};
    base_.add(now, *shortest);
    queue_ = {};
    over_since_.reset();
    draining_since_.reset();
  }
}

double QueueGuard::share() const {
  return std::clamp(1 - to_seconds(queue_), 0.5, 0.9);
}

}  // namespace confab::cc
