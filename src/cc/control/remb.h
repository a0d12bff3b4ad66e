// What a receiver says that it can take (REMB), beside transport-wide feedback a cap. A receiver
// that does not speak of each packet is believed as far as its reports of loss allow: by 2 % the
// rate goes up, above 10 % it goes down.
#pragma once

#include <algorithm>
#include <optional>

#include "base/instant.h"

namespace confab::cc {

class Remb {
 public:
  void on_remb(double rate_bps) { cap_bps_ = rate_bps; }
  std::optional<double> cap_bps() const { return cap_bps_; }

  // The rate where there is nothing else. `loss`: the share that its reports tell of.
  double on_report(Instant now, double rate_bps, double loss) {
    if (loss > kLossHigh) {
      if (!decreased_at_ || now - *decreased_at_ >= kDecreaseInterval) {
        decreased_at_ = now;
        rate_bps *= 1 - loss / 2;
      }
    } else if (loss <= kLossLow) {
      rate_bps = rate_bps * 1.08 + 1'000;
    }
    return cap_bps_ ? std::min(rate_bps, *cap_bps_) : rate_bps;
  }

 private:
  static constexpr double kLossLow = 0.02;
  static constexpr double kLossHigh = 0.10;
  static constexpr Duration kDecreaseInterval = 300ms;

  std::optional<double> cap_bps_;
  std::optional<Instant> decreased_at_;
};

}  // namespace confab::cc
