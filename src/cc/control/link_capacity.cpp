#include "cc/control/link_capacity.h"

#include <algorithm>
#include <cmath>

namespace confab::cc {

void LinkCapacity::update(double sample_bps, double weight) {
  const double sample = sample_bps / 1000;
  estimate_kbps_ = estimate_kbps_ ? (1 - weight) * *estimate_kbps_ + weight * sample : sample;
  const double error = *estimate_kbps_ - sample;
  const double relative = error * error / std::max(*estimate_kbps_, 1.0);
  deviation_ =
      std::clamp((1 - weight) * deviation_ + weight * relative, kDeviationMin, kDeviationMax);
}

double LinkCapacity::spread_kbps() const {
  return 3 * std::sqrt(deviation_ * estimate_kbps_.value_or(0));
}

double LinkCapacity::upper_bps() const {
  return estimate_bps() + spread_kbps() * 1000;
}

double LinkCapacity::lower_bps() const {
  return std::max(0.0, estimate_bps() - spread_kbps() * 1000);
}

}  // namespace confab::cc
