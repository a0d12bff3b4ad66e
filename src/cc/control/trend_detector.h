// Whether the queue on the way grows: the slope of the queueing delay over the last groups of
// packets, held against a threshold that adapts to how much the path's delay varies by itself
// (goog_cc's trendline estimator; Carlucci et al., "Congestion Control for Web Real-Time
// Communication", 2017, for the threshold).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "cc/control/packet_groups.h"

namespace confab::cc {

enum class Usage : std::uint8_t { kNormal, kOver, kUnder };

class TrendDetector {
 public:
  void on_spacing(const PacketGroups::Spacing& spacing);
  Usage usage() const { return usage_; }
  // In ms: the slope as if over the whole window, and what it is compared with.
  double trend_ms() const { return trend_ms_; }
  double threshold_ms() const { return threshold_ms_; }

 private:
  static constexpr std::size_t kWindow = 20;

  struct Point {
    double at_ms = 0;
    double delay_ms = 0;
  };
  double slope() const;
  void judge(double slope, double sent_ms);
  void adapt(Duration at);

  std::array<Point, kWindow> points_{};
  std::size_t next_ = 0;
  std::uint32_t seen_ = 0;
  Duration first_at_{};
  double accumulated_ms_ = 0;
  double smoothed_ms_ = 0;
  double trend_ms_ = 0;
  double threshold_ms_ = 12.5;
  double over_for_ms_ = -1;  // negative: not above the threshold
  int over_count_ = 0;
  double slope_before_ = 0;
  Duration adapted_at_{-1};
  Usage usage_ = Usage::kNormal;
};

}  // namespace confab::cc
