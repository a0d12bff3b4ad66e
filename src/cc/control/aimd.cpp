#include "cc/control/aimd.h"

#include <algorithm>
#include <cmath>

namespace confab::cc {
namespace {

constexpr double kRateMin = 30'000;  // below it is no call
constexpr double kDecrease = 0.85;
constexpr double kDecreaseMoreBps = 5'000;
constexpr double kIncreasePerSecond = 1.08;
constexpr double kIncreaseMinBps = 1'000;
constexpr double kStepMinBps = 4'000;  // per second
// Ours: a packet per response is 0.7 % of 5 Mbit/s, and it took 20 s to be back after a decrease.
constexpr double kStepShare = 0.02;
constexpr double kPacketBytes = 1200;
constexpr double kFramesPerSecond = 30;
// Ours: for the queue of a probe or of a key frame to be gone again.
constexpr Duration kUntriedInterval = 300ms;

}  // namespace

void Aimd::update(Instant now, const Input& input) {
  switch (input.usage) {
    case Usage::kNormal:
      if (state_ == State::kHold) {
        state_ = State::kIncrease;
        increased_at_ = now;
      }
      break;
    case Usage::kUnder:
      state_ = State::kHold;
      break;
    case Usage::kOver:
      if (may_decrease(now, input)) decrease(now, input);
      state_ = State::kHold;
      return;
  }
  if (state_ == State::kIncrease) increase(now, input);
}

bool Aimd::may_decrease(Instant now, const Input& input) const {
  if (!changed_at_ || !decreased_at_) return true;
  if (input.is_untried) return now - *decreased_at_ >= kUntriedInterval;
  // What the last decrease did shows after a round trip.
  if (now - *decreased_at_ >= std::clamp<Duration>(input.rtt, 10ms, 200ms)) return true;
  return input.throughput_bps && *input.throughput_bps < rate_bps_ / 2;
}

void Aimd::increase(Instant now, const Input& input) {
  const Duration passed =
      increased_at_ ? std::min<Duration>(now - *increased_at_, 1s) : Duration::zero();
  increased_at_ = now;
  if (!input.may_increase || input.application_limited) return;
  const double throughput = input.throughput_bps.value_or(rate_bps_);
  if (capacity_.is_known() && throughput > capacity_.upper_bps()) capacity_.reset();
  // What is not used was not tried.
  const double limit = throughput * 1.5 + 10'000;
  if (rate_bps_ >= limit) return;
  const double more =
      capacity_.is_known()
          ? step_bps(passed, input.rtt)
          : std::max(rate_bps_ * (std::pow(kIncreasePerSecond, to_seconds(passed)) - 1),
                     kIncreaseMinBps);
  rate_bps_ = std::min(rate_bps_ + more, limit);
  changed_at_ = now;
}

// About one packet more per response time.
double Aimd::step_bps(Duration passed, Duration rtt) const {
  const double frame_bytes = rate_bps_ / kFramesPerSecond / 8;
  const double packets = std::ceil(frame_bytes / kPacketBytes);
  const double packet_bits = frame_bytes / packets * 8;
  const double response_s = 2 * to_seconds(rtt + 100ms);
  return std::max({kStepMinBps, packet_bits / response_s, rate_bps_ * kStepShare}) *
         to_seconds(passed);
}

// Ours: goog_cc goes by what arrives alone. Of a layered source, which sends 220 kbit/s where 340
// are allowed, each probe and each key frame took the rate to 190, and that its frames.
double Aimd::basis_bps(const Input& input) const {
  const double throughput = input.throughput_bps.value_or(rate_bps_ / 2);
  return input.is_untried ? std::max(throughput, rate_bps_) : throughput;
}

void Aimd::decrease(Instant now, const Input& input) {
  const double throughput = basis_bps(input);
  double lower = throughput * kDecrease;
  if (lower > kDecreaseMoreBps) lower -= kDecreaseMoreBps;
  if (lower > rate_bps_ && capacity_.is_known()) lower = kDecrease * capacity_.estimate_bps();
  if (capacity_.is_known() && throughput < capacity_.lower_bps()) capacity_.reset();
  capacity_.on_overuse(throughput);
  rate_bps_ = std::max(std::min(lower, rate_bps_), kRateMin);
  changed_at_ = decreased_at_ = now;
}

void Aimd::set_rate(Instant now, double rate_bps) {
  rate_bps_ = std::max(rate_bps, kRateMin);
  changed_at_ = increased_at_ = now;
}

void Aimd::on_probe(Instant now, double rate_bps) {
  capacity_.on_probe(rate_bps);
  set_rate(now, rate_bps);
}

void Aimd::reset(Instant now, double rate_bps) {
  capacity_.reset();
  state_ = State::kIncrease;
  decreased_at_.reset();
  set_rate(now, rate_bps);
}

}  // namespace confab::cc
