#include "cc/control/pacer.h"

#include <algorithm>
#include <cmath>

namespace confab::cc {
namespace {

// With 1.1, 1.5 and 2.5 times the target the 95th percentile of the queue was 45, 53 and 82 ms; and
// the lower, the later the end of a frame.
constexpr double kPace = 1.5;
// What waits is gone in this time, if it takes no more than three times the target.
constexpr double kDrainSeconds = 0.25;
constexpr double kPaceMax = 3;
constexpr double kBypass = 2.5;

}  // namespace

double Pacer::rate_bps(std::size_t bytes_waiting) const {
  if (probe_bps_ > 0) return probe_bps_;
  const double drain = static_cast<double>(bytes_waiting) * 8 / kDrainSeconds;
  return std::clamp(drain, kPace * target_bps_, kPaceMax * target_bps_);
}

double Pacer::debt_bits(Instant now, double rate_bps) const {
  return std::max(0.0, debt_bits_ - rate_bps * to_seconds(now - debt_at_));
}

double Pacer::sent_bps(Instant now) const {
  const Duration into = now - span_from_;
  if (into >= 2 * kSpan) return 0;
  if (into >= kSpan) return span_bits_ / to_seconds(into);
  return (previous_bits_ + span_bits_) / to_seconds(kSpan + into);
}

bool Pacer::is_bypassed(Instant now) const {
  return probe_bps_ == 0 && target_bps_ > kBypass * sent_bps(now);
}

Instant Pacer::next_send(Instant now, std::size_t bytes_waiting) const {
  const double rate = rate_bps(bytes_waiting);
  const double at_once = probe_bps_ > 0 ? 0 : rate * to_seconds(tick_);
  const double debt = debt_bits(now, rate);
  if (debt <= at_once) return now;
  return now + std::chrono::nanoseconds(std::llround(std::ceil((debt - at_once) / rate * 1e9)));
}

void Pacer::on_sent(Instant now, std::size_t bytes, std::size_t bytes_waiting) {
  const double bits = static_cast<double>(bytes) * 8;
  debt_bits_ = debt_bits(now, rate_bps(bytes_waiting)) + (is_bypassed(now) ? 0 : bits);
  debt_at_ = now;
  if (now - span_from_ >= kSpan) {
    previous_bits_ = now - span_from_ < 2 * kSpan ? span_bits_ : 0;
    span_bits_ = 0;
    span_from_ = now;
  }
  span_bits_ += bits;
}

}  // namespace confab::cc
