// The rate that follows from delay: up by a share or, near what the link carried before, in small
// steps; down to a little below what arrives. (goog_cc's AIMD rate control.)
//
//            normal                overuse
//   ┌─▶ Hold ──────▶ Increase ──────────────▶ (decrease at once) ─▶ Hold
//   └──────── underuse: the queue empties, wait for it ───────────┘
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "cc/control/link_capacity.h"
#include "cc/control/trend_detector.h"

namespace confab::cc {

class Aimd {
 public:
  explicit Aimd(double start_bps) : rate_bps_(start_bps) {}

  struct Input {
    Usage usage = Usage::kNormal;
    std::optional<double> throughput_bps;
    Duration rtt{};
    bool application_limited = false;
    bool may_increase = true;
    // Less was sent of late than may be, or a probe has just been: what arrives is no measure of
    // what fits.
    bool is_untried = false;
  };
  void update(Instant now, const Input& input);
  // Found by other means, above or below.
  void set_rate(Instant now, double rate_bps);
  void on_probe(Instant now, double rate_bps);
  // Another way to the receiver: what is known of the link is not of this one.
  void reset(Instant now, double rate_bps);

  double rate_bps() const { return rate_bps_; }

 private:
  enum class State : std::uint8_t { kHold, kIncrease };

  void increase(Instant now, const Input& input);
  void decrease(Instant now, const Input& input);
  // What an overuse is measured by.
  double basis_bps(const Input& input) const;
  bool may_decrease(Instant now, const Input& input) const;
  double step_bps(Duration passed, Duration rtt) const;

  double rate_bps_;
  LinkCapacity capacity_;
  State state_ = State::kIncrease;
  std::optional<Instant> changed_at_;  // the rate
  std::optional<Instant> increased_at_;
  std::optional<Instant> decreased_at_;
};

}  // namespace confab::cc
