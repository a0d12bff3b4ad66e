#include "cc/control/trend_detector.h"

#include <algorithm>
#include <cmath>

namespace confab::cc {
namespace {

constexpr double kSmoothing = 0.9;
constexpr double kGain = 4;
constexpr std::uint32_t kSeenMax = 60;  // the trend weighs more with more groups, up to here
constexpr double kOverForMs = 10;

constexpr double kThresholdMinMs = 6;
constexpr double kThresholdMaxMs = 600;
constexpr double kAdaptUp = 0.0087;
constexpr double kAdaptDown = 0.039;
// A spike so far above it is no variation to adapt to.
constexpr double kSpikeMs = 15;
constexpr double kAdaptStepMaxMs = 100;

double ms(Duration d) {
  return to_seconds(d) * 1000;
}

}  // namespace

void TrendDetector::on_spacing(const PacketGroups::Spacing& spacing) {
  if (seen_ == 0) first_at_ = spacing.at;
  seen_ = std::min(seen_ + 1, kSeenMax);
  accumulated_ms_ += ms(spacing.arrived - spacing.sent);
  smoothed_ms_ = kSmoothing * smoothed_ms_ + (1 - kSmoothing) * accumulated_ms_;
  points_[next_ % kWindow] = {ms(spacing.at - first_at_), smoothed_ms_};
  ++next_;
  const double now_slope = next_ >= kWindow ? slope() : slope_before_;
  if (seen_ < 2) return;
  trend_ms_ = seen_ * now_slope * kGain;
  judge(now_slope, ms(spacing.sent));
  adapt(spacing.at);
}

// Least squares.
double TrendDetector::slope() const {
  double at = 0;
  double delay = 0;
  for (const Point& p : points_) {
    at += p.at_ms;
    delay += p.delay_ms;
  }
  at /= kWindow;
  delay /= kWindow;
  double numerator = 0;
  double denominator = 0;
  for (const Point& p : points_) {
    numerator += (p.at_ms - at) * (p.delay_ms - delay);
    denominator += (p.at_ms - at) * (p.at_ms - at);
  }
  return denominator == 0 ? slope_before_ : numerator / denominator;
}

void TrendDetector::judge(double now_slope, double sent_ms) {
  if (trend_ms_ > threshold_ms_) {
    // As if it had begun half way between two groups.
    over_for_ms_ = over_for_ms_ < 0 ? sent_ms / 2 : over_for_ms_ + sent_ms;
    ++over_count_;
    if (over_for_ms_ > kOverForMs && over_count_ > 1 && now_slope >= slope_before_) {
      over_for_ms_ = 0;
      over_count_ = 0;
      usage_ = Usage::kOver;
    }
  } else {
    over_for_ms_ = -1;
    over_count_ = 0;
    usage_ = trend_ms_ < -threshold_ms_ ? Usage::kUnder : Usage::kNormal;
  }
  slope_before_ = now_slope;
}

void TrendDetector::adapt(Duration at) {
  if (adapted_at_ < Duration::zero()) adapted_at_ = at;
  const double size = std::abs(trend_ms_);
  if (size <= threshold_ms_ + kSpikeMs) {
    const double gain = size < threshold_ms_ ? kAdaptDown : kAdaptUp;
    const double passed = std::clamp(ms(at - adapted_at_), 0.0, kAdaptStepMaxMs);
    threshold_ms_ = std::clamp(threshold_ms_ + gain * (size - threshold_ms_) * passed,
                               kThresholdMinMs, kThresholdMaxMs);
  }
  adapted_at_ = at;
}

}  // namespace confab::cc
