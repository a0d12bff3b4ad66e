// What the link seemed to carry each time it was overused, and how much that varied. Near it the
// rate goes up in small steps, elsewhere by a share.
#pragma once

#include <optional>

namespace confab::cc {

class LinkCapacity {
 public:
  void on_overuse(double throughput_bps) { update(throughput_bps, 0.05); }
  // A probe saw it: that says more.
  void on_probe(double rate_bps) { update(rate_bps, 0.5); }
  void reset() { estimate_kbps_.reset(); }

  bool is_known() const { return estimate_kbps_.has_value(); }
  double estimate_bps() const { return estimate_kbps_.value_or(0) * 1000; }
  // Three standard deviations around it; only if known.
  double upper_bps() const;
  double lower_bps() const;

 private:
  void update(double sample_bps, double weight);
  double spread_kbps() const;

  std::optional<double> estimate_kbps_;
  double deviation_ = kDeviationMin;  // the variance by the estimate

  static constexpr double kDeviationMin = 0.4;  // 15 kbit/s at 500
  static constexpr double kDeviationMax = 2.5;  // 35 kbit/s at 500
};

}  // namespace confab::cc
