#include "cc/control/loss_based.h"

#include <algorithm>
#include <cmath>

namespace confab::cc {
namespace {

constexpr Duration kObservationMin = 250ms;
constexpr double kAging = 0.9;  // of an observation with each that comes after
constexpr std::array kFactors{1.02, 1.0, 0.95};

constexpr double kInherentMin = 0.001;
constexpr double kInherentOffset = 0.05;
constexpr double kBalanceBps = 100'000;  // of a slow link more may be its own loss
constexpr double kNewtonStep = 0.75;

// Of two that explain what was seen about as well, the higher.
constexpr double kBias = 0.0002;
constexpr double kBiasLog = 0.02;
constexpr double kBiasLossMax = 0.2;
constexpr double kBiasSmoothing = 0.002;

constexpr double kRampUp = 1.5;
constexpr double kRampUpInHold = 1.2;
constexpr double kHoldThreshold = 1.3;
// Ours: goog_cc's 60 s kept a link with a steady loss of 15 % at half of what it carries.
constexpr Duration kHoldMax = 5s;
constexpr Duration kWindow = 300ms;
constexpr double kWindowIncrease = 1.3;
constexpr double kRateMin = 30'000;

// What is more than the link carries is lost, and of the rest the link's own share.
double loss_probability(double inherent, double rate_bps, double sent_bps) {
  double loss = inherent;
  if (sent_bps > rate_bps && sent_bps > 0) {
    loss += (1 - inherent) * (sent_bps - rate_bps) / sent_bps;
  }
  return std::clamp(loss, 1e-6, 1 - 1e-6);
}

double inherent_max(double rate_bps) {
  return std::min(1.0, kInherentOffset + kBalanceBps / std::max(rate_bps, 1.0));
}

}  // namespace

bool LossBased::update(std::span<const PacketResult> results, const Input& input) {
  const bool is_new = observe(results);
  if (model_.rate_bps == 0) {
    model_.rate_bps = input.delay_based_bps;
    rate_bps_ = input.delay_based_bps;
  }
  if (is_new && is_known()) conclude(limit_increase(best_model(input), input), input);
  rate_bps_ = state_ == State::kDelayBased ? input.delay_based_bps
                                           : std::min(rate_bps_, input.delay_based_bps);
  return is_new;
}

bool LossBased::observe(std::span<const PacketResult> results) {
  for (const PacketResult& r : results) {
    if (!partial_.first_sent) partial_.first_sent = r.sent_at;
    last_sent_ = last_sent_ ? std::max(*last_sent_, r.sent_at) : r.sent_at;
    if (r.was_lost) {  // after all it came; maybe what it was counted in is closed
      partial_.lost_bytes = std::max(0.0, partial_.lost_bytes - r.bytes);
      continue;
    }
    partial_.bytes += r.bytes;
    if (!r.received) partial_.lost_bytes += r.bytes;
  }
  if (!partial_.first_sent || partial_.bytes == 0) return false;
  const Instant from = observed_until_.value_or(*partial_.first_sent);
  const Duration span = *last_sent_ - from;
  if (span < kObservationMin) return false;
  ring_[static_cast<std::size_t>(observations_) % kObservations] = {
      partial_.bytes * 8 / to_seconds(span), partial_.bytes, partial_.lost_bytes};
  ++observations_;
  observed_until_ = last_sent_;
  partial_ = {};
  update_loss();
  return true;
}

int LossBased::age_max() const {
  return std::min(observations_, static_cast<int>(kObservations));
}

// The newest has age 0.
const LossBased::Observation& LossBased::observation(int age) const {
  return ring_[static_cast<std::size_t>(observations_ - 1 - age) % kObservations];
}

// Without the best and the worst: one burst is not the link.
void LossBased::update_loss() {
  double bytes = 0;
  double lost = 0;
  double best = 1;
  double worst = 0;
  double best_bytes = 0;
  double worst_bytes = 0;
  double weight = 1;
  for (int age = 0; age < age_max(); ++age, weight *= kAging) {
    const Observation& o = observation(age);
    bytes += weight * o.bytes;
    lost += weight * o.lost_bytes;
    const double share = o.lost_bytes / o.bytes;
    if (share <= best) {
      best = share;
      best_bytes = weight * o.bytes;
    }
    if (share > worst) {
      worst = share;
      worst_bytes = weight * o.bytes;
    }
  }
  const double left = bytes - best_bytes - worst_bytes;
  loss_ = left > 0 ? std::max(0.0, lost - best * best_bytes - worst * worst_bytes) / left
                   : lost / bytes;
}

LossBased::Model LossBased::best_model(const Input& input) const {
  std::array<double, kFactors.size() + 2> rates{};
  std::size_t n = 0;
  for (const double factor : kFactors) rates[n++] = model_.rate_bps * factor;
  if (input.throughput_bps && !input.application_limited) rates[n++] = *input.throughput_bps;
  if (input.delay_based_bps > model_.rate_bps) rates[n++] = input.delay_based_bps;
  const bool is_limited = state_ != State::kDelayBased && window_from_;
  const double highest =
      is_limited ? std::max(model_.rate_bps, window_limit_bps_) : rates[n - 1] + 1e12;

  Model best = model_;
  std::optional<double> best_likelihood;
  for (std::size_t i = 0; i < n; ++i) {
    Model model{std::clamp(rates[i], kRateMin, highest), model_.inherent_loss};
    model.inherent_loss =
        std::clamp(model.inherent_loss, kInherentMin, inherent_max(model.rate_bps));
    refine(model);
    const double now = likelihood(model);
    if (best_likelihood && now <= *best_likelihood) continue;
    best_likelihood = now;
    best = model;
  }
  return best;
}

// One step of Newton's towards the share of loss that makes what was seen likeliest.
void LossBased::refine(Model& model) const {
  double first = 0;
  double second = 0;
  double weight = 1;
  for (int age = 0; age < age_max(); ++age, weight *= kAging) {
    const Observation& o = observation(age);
    const double p = loss_probability(model.inherent_loss, model.rate_bps, o.sent_bps);
    const double lost = o.lost_bytes / 1000;
    const double received = (o.bytes - o.lost_bytes) / 1000;
    first += weight * (lost / p - received / (1 - p));
    second -= weight * (lost / (p * p) + received / ((1 - p) * (1 - p)));
  }
  if (second == 0) second = -1e-6;
  model.inherent_loss = std::clamp(model.inherent_loss - kNewtonStep * first / second, kInherentMin,
                                   inherent_max(model.rate_bps));
}

double LossBased::likelihood(const Model& model) const {
  // Less the more is lost, and against the higher rate beyond a fifth.
  const double leaning = (kBiasLossMax - loss_) / (kBiasSmoothing + std::abs(kBiasLossMax - loss_));
  const double kbps = model.rate_bps / 1000;
  const double bias = leaning * (kBias * kbps + kBiasLog * std::log(1 + kbps));
  double sum = 0;
  double weight = 1;
  for (int age = 0; age < age_max(); ++age, weight *= kAging) {
    const Observation& o = observation(age);
    const double p = loss_probability(model.inherent_loss, model.rate_bps, o.sent_bps);
    sum += weight * (o.lost_bytes / 1000 * std::log(p) +
                     (o.bytes - o.lost_bytes) / 1000 * std::log(1 - p) + bias * o.bytes / 1000);
  }
  return sum;
}

double LossBased::upper_bound_bps() const {
  return loss_ > kInherentOffset ? kBalanceBps / (loss_ - kInherentOffset) : 1e12;
}

LossBased::Model LossBased::limit_increase(Model best, const Input& input) const {
  if (best.rate_bps <= model_.rate_bps || state_ == State::kDelayBased) return best;
  if (input.throughput_bps) {
    const bool near_hold =
        hold_rate_bps_ > 0 && *input.throughput_bps < kHoldThreshold * hold_rate_bps_;
    const double limit = (near_hold ? kRampUpInHold : kRampUp) * *input.throughput_bps;
    best.rate_bps = std::max(model_.rate_bps, std::min(best.rate_bps, limit));
  }
  const bool in_window = window_from_ && *window_from_ + kWindow > *last_sent_;
  if (in_window)
    best.rate_bps = std::min(best.rate_bps, std::max(model_.rate_bps, window_limit_bps_));
  return best;
}

void LossBased::leave_to_delay() {
  state_ = State::kDelayBased;
  hold_until_.reset();
  hold_ = kHoldMin;
  hold_rate_bps_ = 0;
}

void LossBased::conclude(const Model& best, const Input& input) {
  const double before = model_.rate_bps;
  // What arrives in spite of the loss fits.
  const double lower = input.throughput_bps.value_or(0);
  const double bounded = std::min(
      {std::max(std::min(best.rate_bps, upper_bound_bps()), std::min(lower, input.delay_based_bps)),
       input.delay_based_bps});
  model_ = best;
  if (bounded < model_.rate_bps) model_ = {bounded, kInherentMin};

  const bool holds = state_ == State::kDecreasing && hold_until_ && *last_sent_ < *hold_until_;
  // Ours: where little is sent nothing shows that more would fit, and the loss of a fall limited
  // for good what came after it.
  if (!holds && state_ != State::kDelayBased && loss_ < kInherentMin) {
    leave_to_delay();
    model_ = {input.delay_based_bps, kInherentMin};
    rate_bps_ = input.delay_based_bps;
    return;
  }
  if (holds && bounded < input.delay_based_bps) {
    rate_bps_ = std::min(hold_rate_bps_, bounded);
    model_.rate_bps = rate_bps_;
    return;
  }
  if (bounded < input.delay_based_bps) {
    const bool goes_on = bounded > before || (bounded == before && state_ == State::kIncreasing);
    if (state_ != State::kDelayBased && goes_on) {
      state_ = State::kIncreasing;
    } else if (state_ != State::kDecreasing) {
      state_ = State::kDecreasing;
      hold_until_ = *last_sent_ + hold_;
      hold_ = std::min(hold_ * 2, kHoldMax);
      hold_rate_bps_ = bounded;
    }
  } else {
    leave_to_delay();
  }
  rate_bps_ = bounded;
  const bool window_over = !window_from_ || *window_from_ + kWindow <= *last_sent_;
  if (state_ != State::kDelayBased && window_over) {
    window_limit_bps_ = std::max(kRateMin, model_.rate_bps * kWindowIncrease);
    window_from_ = last_sent_;
  }
}

}  // namespace confab::cc
