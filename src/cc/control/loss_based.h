// The rate that follows from loss. Some loss is the link's own and comes whatever is sent; some is
// ours, since more is sent than fits. Of a handful of rates that one is taken under which what was
// seen over the last seconds is likeliest (maximum likelihood; goog_cc's LossBasedBweV2 as of
// January 2026). Only limits what delay allows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/instant.h"
#include "cc/control/messages.h"

namespace confab::cc {

class LossBased {
 public:
  enum class State : std::uint8_t { kDelayBased, kIncreasing, kDecreasing };

  struct Input {
    double delay_based_bps = 0;
    std::optional<double> throughput_bps;
    bool application_limited = false;
  };
  // With each feedback. True if there was something new to judge by.
  bool update(std::span<const PacketResult> results, const Input& input);
  // No more than the delay based rate.
  double rate_bps() const { return rate_bps_; }
  State state() const { return state_; }
  bool is_known() const { return observations_ >= kObservationsNeeded; }
  // The share of bytes lost of late.
  double loss() const { return loss_; }
  // Another way to the receiver.
  void reset() { *this = LossBased{}; }

 private:
  static constexpr std::size_t kObservations = 15;
  static constexpr int kObservationsNeeded = 3;
  static constexpr Duration kHoldMin = 300ms;

  // What was reported of a quarter of a second of sending, or more.
  struct Observation {
    double sent_bps = 0;
    double bytes = 0;
    double lost_bytes = 0;
  };
  // What may be the truth.
  struct Model {
    double rate_bps = 0;
    double inherent_loss = 0.01;
  };
  struct Partial {
    std::optional<Instant> first_sent;
    double bytes = 0;
    double lost_bytes = 0;
  };

  bool observe(std::span<const PacketResult> results);
  const Observation& observation(int age) const;
  int age_max() const;
  void update_loss();
  Model best_model(const Input& input) const;
  void refine(Model& model) const;
  double likelihood(const Model& model) const;
  double upper_bound_bps() const;
  Model limit_increase(Model best, const Input& input) const;
  void conclude(const Model& best, const Input& input);
  void leave_to_delay();

  std::array<Observation, kObservations> ring_{};
  int observations_ = 0;  // ever
  Partial partial_;
  std::optional<Instant> last_sent_;       // of all that was reported
  std::optional<Instant> observed_until_;  // the last packet sent that observations know of
  double loss_ = 0;

  Model model_;
  State state_ = State::kDelayBased;
  double rate_bps_ = 0;
  // After a decrease the rate is held, each time for longer while it had to be decreased again.
  std::optional<Instant> hold_until_;
  Duration hold_ = kHoldMin;
  double hold_rate_bps_ = 0;  // 0: none
  // While loss limits, the rate goes up only so far in a window.
  std::optional<Instant> window_from_;
  double window_limit_bps_ = 0;
};

}  // namespace confab::cc
