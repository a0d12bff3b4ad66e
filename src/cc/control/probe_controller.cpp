#include "cc/control/probe_controller.h"

#include <algorithm>
#include <cmath>

namespace confab::cc {
namespace {

constexpr Duration kResultWait = 1s;
constexpr double kStartFirst = 3;
constexpr double kStartSecond = 6;
constexpr double kFurther = 2;
constexpr double kSuccess = 0.7;  // of what was tried
constexpr double kStepRoom = 1.2;
constexpr double kStepMinBps = 200'000;
// A drop below this share may have been a moment's: try once most of what was there before.
constexpr double kLargeDrop = 0.66;
constexpr double kRecoverShare = 0.85;
constexpr Duration kRecoverAfter = 1s;
constexpr Duration kRecoverWithin = 5s;
constexpr double kIntervalGrowth = 1.5;

constexpr Duration kClusterMin = 15ms;
constexpr std::size_t kClusterPackets = 5;

}  // namespace

void ProbeController::start(Instant now, double start_bps) {
  start_bps_ = start_bps;
  wants_start_ = true;
  state_ = State::kIdle;
  recover_to_bps_ = 0;
  periodic_at_ = now + kIntervalMin;
  set_demand(now, demand_);
}

void ProbeController::set_demand(Instant now, const Demand& demand) {
  // A larger tile, somebody resumed, a layer that was not there.
  is_urgent_ |= demand.next_step_bps > 0 && demand.ideal_bps > demand_.ideal_bps * 1.05;
  demand_ = demand;
  if (!wants_start_ || demand_.ideal_bps <= 0) return;
  wants_start_ = false;
  is_urgent_ = false;
  ask(now, std::min(start_bps_ * kStartFirst, most_wanted_bps()));
  if (most_wanted_bps() > start_bps_ * kStartFirst) {
    ask(now, std::min(start_bps_ * kStartSecond, most_wanted_bps()));
  }
}

double ProbeController::most_wanted_bps() const {
  return std::max(demand_.ideal_bps * kStepRoom, start_bps_);
}

void ProbeController::on_drop(Instant now, double before_bps, double after_bps) {
  if (after_bps >= before_bps * kLargeDrop || recover_to_bps_ > 0) return;
  recover_to_bps_ = before_bps * kRecoverShare;
  recover_from_ = now;
}

void ProbeController::on_result(Instant now, double probed_bps, double result_bps) {
  if (state_ != State::kWaiting) return;
  // Of two on their way the first says less.
  if (probed_bps < last_probe_bps_ * 0.99 && result_bps > kSuccess * probed_bps) return;
  state_ = State::kIdle;
  waiting_until_ = kNever;
  if (result_bps > kSuccess * probed_bps) {
    continue_to_bps_ = result_bps * kFurther;
    interval_ = kIntervalMin;
  }
  periodic_at_ = now + interval_;
}

bool ProbeController::has_use_for_more(double estimate_bps) const {
  return demand_.next_step_bps > 0 && estimate_bps < demand_.ideal_bps * kStepRoom &&
         estimate_bps < demand_.next_step_bps * kStepRoom;
}

double ProbeController::step_up(double estimate_bps) const {
  const double step = std::max(demand_.next_step_bps * kStepRoom, estimate_bps + kStepMinBps);
  return std::min(kFurther * estimate_bps, step);
}

void ProbeController::update(Instant now, double estimate_bps, bool may_probe) {
  if (state_ == State::kWaiting && now >= waiting_until_) {
    state_ = State::kIdle;
    waiting_until_ = kNever;
    periodic_at_ = now + interval_;
  }
  if (state_ == State::kWaiting || !may_probe || wants_start_) return;
  if (recover_to_bps_ > 0 && now - recover_from_ >= kRecoverAfter) {
    const double to = recover_to_bps_;
    recover_to_bps_ = 0;
    if (now - recover_from_ <= kRecoverWithin && to > estimate_bps && demand_.ideal_bps > 0) {
      return ask(now, std::min(to, most_wanted_bps()));
    }
  }
  if (!has_use_for_more(estimate_bps)) {
    continue_to_bps_ = 0;
    is_urgent_ = false;
    return;
  }
  if (continue_to_bps_ > 0) {
    const double to = std::min(continue_to_bps_, most_wanted_bps());
    continue_to_bps_ = 0;
    if (to > estimate_bps) return ask(now, to);
  }
  if (!is_urgent_ && now < periodic_at_) return;
  if (!is_urgent_) {
    const double longer = to_seconds(interval_) * kIntervalGrowth;
    interval_ =
        std::min<Duration>(std::chrono::milliseconds(std::llround(longer * 1000)), kIntervalMax);
  }
  is_urgent_ = false;
  ask(now, step_up(estimate_bps));
}

void ProbeController::ask(Instant now, double rate_bps) {
  if (asked_count_ == asked_.size()) return;
  if (++next_id_ == kNoProbe) ++next_id_;
  const Duration span = std::max(kClusterMin, 4 * tick_);
  asked_[asked_count_++] = {.id = next_id_,
                            .rate_bps = rate_bps,
                            .bytes_min = static_cast<std::size_t>(rate_bps / 8 * to_seconds(span)),
                            .packets_min = kClusterPackets};
  last_probe_bps_ = rate_bps;
  state_ = State::kWaiting;
  waiting_until_ = now + kResultWait;
  periodic_at_ = now + interval_;
}

std::span<const ProbeCluster> ProbeController::take() {
  taken_ = asked_;
  const std::size_t count = asked_count_;
  asked_count_ = 0;
  return std::span(taken_).first(count);
}

}  // namespace confab::cc
