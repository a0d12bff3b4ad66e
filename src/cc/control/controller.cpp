#include "cc/control/controller.h"

#include <algorithm>

namespace confab::cc {
namespace {

// Somebody so far away can not talk: room is made until the queue that this must be is gone.
constexpr Duration kFarAway = 3s;
constexpr Duration kFarAwayInterval = 1s;
constexpr double kFarAwayShare = 0.8;
constexpr double kPace = 1.5;
// For so long what arrives tells too little: the window of the throughput, and, where less arrives
// than may be sent, the queue of a probe.
constexpr double kUntriedShare = 0.8;
constexpr Duration kUntriedAfterLimit = 1s;
constexpr Duration kUntriedAfterProbe = 300ms;

}  // namespace

CongestionController::CongestionController(const ControllerConfig& config)
    : config_(config),
      aimd_(config.start_bps),
      probes_(config.tick),
      target_bps_(config.start_bps) {
  probes_.start(Instant{}, config.start_bps);
  application_.set_target(target_bps_);
}

void CongestionController::on_sent(const SentPacket& packet) {
  history_.add(packet);
  application_.on_sent(packet.at, packet.bytes);
  silence_.on_sent(packet.at);
}

Update CongestionController::on_feedback(Instant now, const Feedback& feedback) {
  silence_.on_feedback();
  hears_feedback_ = true;
  const auto results = history_.on_feedback(feedback);
  if (!results.empty()) take_in(now, results);
  return make_update(now);
}

void CongestionController::take_in(Instant now, std::span<const PacketResult> results) {
  received_.clear();
  for (const PacketResult& r : results) {
    if (r.received) received_.push_back(r);
  }
  // They come in the order of their numbers, which mostly is this already.
  const auto came_before = [](const PacketResult& a, const PacketResult& b) {
    return a.arrived != b.arrived ? a.arrived < b.arrived : a.seq < b.seq;
  };
  if (!std::ranges::is_sorted(received_, came_before)) std::ranges::sort(received_, came_before);
  if (silence_share_ < 1) {
    aimd_.set_rate(now, std::min(aimd_.rate_bps(), target_bps_));
    silence_share_ = 1;
    // Whatever it was that broke: as at the start, from here.
    probes_.start(now, std::max(aimd_.rate_bps(), config_.start_bps / 3));
  }
  for (const PacketResult& r : received_) {
    throughput_.on_received(r.sent_at, r.arrived, r.bytes);
    probe_estimator_.on_received(r);
    if (r.probe != kNoProbe) probe_seen_at_ = now;
    if (const auto spacing = groups_.on_packet(r.sent_at, r.arrived)) trend_.on_spacing(*spacing);
  }
  if (config_.has_queue_guard) guard_.on_feedback(now, received_);
  follow_delay(now, results);
}

// A queue that stands is no probe's.
bool CongestionController::is_untried(Instant now, std::optional<double> throughput_bps) {
  if (application_.is_limited()) limited_at_ = now;
  if (guard_.is_draining()) return false;
  if (limited_at_ && now - *limited_at_ < kUntriedAfterLimit) return true;
  return probe_seen_at_ && now - *probe_seen_at_ < kUntriedAfterProbe && throughput_bps &&
         *throughput_bps < kUntriedShare * aimd_.rate_bps();
}

void CongestionController::follow_delay(Instant now, std::span<const PacketResult> results) {
  const double before = aimd_.rate_bps();
  const auto throughput = throughput_.rate_bps();
  aimd_.update(now, {.usage = trend_.usage(),
                     .throughput_bps = throughput,
                     .rtt = rtt_,
                     .application_limited = application_.is_limited(),
                     .may_increase = !guard_.is_draining(),
                     .is_untried = is_untried(now, throughput)});
  if (guard_.is_draining() && throughput && *throughput < aimd_.rate_bps()) {
    aimd_.set_rate(now, *throughput);
  }
  follow_probes(now);
  if (aimd_.rate_bps() < before) probes_.on_drop(now, before, aimd_.rate_bps());
  loss_.update(results, {.delay_based_bps = aimd_.rate_bps(),
                         .throughput_bps = throughput,
                         .application_limited = application_.is_limited()});
}

void CongestionController::follow_probes(Instant now) {
  const auto result = probe_estimator_.take();
  if (!result) return;
  probes_.on_result(now, result->probed_bps, result->rate_bps);
  if (trend_.usage() == Usage::kOver || guard_.is_draining()) return;
  if (result->rate_bps <= aimd_.rate_bps()) return;
  aimd_.on_probe(now, result->rate_bps);
  cause_ = Cause::kProbe;
}

Update CongestionController::on_rtt(Instant now, Duration rtt) {
  rtt_ = rtt;
  if (rtt_ <= kFarAway) {
    far_away_at_.reset();
  } else if (!far_away_at_) {
    far_away_at_ = now;
  }
  return make_update(now);
}

Update CongestionController::on_remb(Instant now, double rate_bps) {
  remb_.on_remb(rate_bps);
  return make_update(now);
}

Update CongestionController::on_report_loss(Instant now, double loss) {
  if (!hears_feedback_ && remb_.cap_bps()) {
    aimd_.set_rate(now, remb_.on_report(now, aimd_.rate_bps(), loss));
  }
  return make_update(now);
}

Update CongestionController::on_demand(Instant now, const Demand& demand) {
  probes_.set_demand(now, demand);
  return make_update(now);
}

Update CongestionController::on_route_change(Instant now) {
  const double known = std::min(target_bps_, throughput_.rate_bps().value_or(target_bps_));
  const double start = std::clamp(known, config_.min_bps, config_.start_bps * 10);
  groups_ = {};
  trend_ = {};
  throughput_ = {};
  loss_.reset();
  guard_.reset();
  silence_.on_feedback();
  silence_share_ = 1;
  far_away_at_.reset();
  limited_at_.reset();
  probe_seen_at_.reset();
  aimd_.reset(now, start);
  cause_ = Cause::kStart;
  probes_.start(now, start);
  return make_update(now);
}

Update CongestionController::handle_timeout(Instant now) {
  if (hears_feedback_ && silence_.handle_timeout(now)) silence_share_ /= 2;
  if (far_away_at_ && now - *far_away_at_ >= kFarAwayInterval) {
    far_away_at_ = now;
    aimd_.set_rate(now, std::min(aimd_.rate_bps(), target_bps_) * kFarAwayShare);
    cause_ = Cause::kFarAway;
  }
  return make_update(now);
}

Instant CongestionController::next_timeout() const {
  // Probes wait for feedback, which comes while anything is sent: they need no time of their own.
  Instant next = hears_feedback_ ? silence_.next_timeout() : kNever;
  if (far_away_at_) next = std::min(next, *far_away_at_ + kFarAwayInterval);
  return next;
}

// The least of what each part allows, and which that was.
void CongestionController::limit(Instant now) {
  target_bps_ = aimd_.rate_bps();
  if (cause_ == Cause::kLoss || cause_ == Cause::kQueue || cause_ == Cause::kRemb ||
      cause_ == Cause::kSilence) {
    cause_ = Cause::kDelay;
  }
  const auto lower = [&](double bps, Cause cause) {
    if (bps >= target_bps_) return;
    target_bps_ = bps;
    cause_ = cause;
  };
  if (trend_.usage() == Usage::kOver) cause_ = Cause::kDelay;
  if (loss_.is_known()) lower(loss_.rate_bps(), Cause::kLoss);
  if (guard_.is_draining()) {
    const double arrives = throughput_.rate_bps().value_or(target_bps_);
    lower(guard_.share() * std::min(arrives, target_bps_), Cause::kQueue);
  }
  if (remb_.cap_bps()) lower(*remb_.cap_bps(), Cause::kRemb);
  if (silence_share_ < 1) lower(target_bps_ * silence_share_, Cause::kSilence);
  target_bps_ = std::clamp(target_bps_, config_.min_bps, config_.max_bps);
  if (silence_share_ < 1 && silence_.is_silent(now)) {
    state_ = LinkState::kSilent;
  } else if (guard_.is_draining()) {
    state_ = LinkState::kDraining;
  } else if (trend_.usage() == Usage::kOver) {
    state_ = LinkState::kOverused;
  } else if (loss_.state() != LossBased::State::kDelayBased) {
    state_ = LinkState::kLossy;
  } else {
    state_ = trend_.usage() == Usage::kUnder ? LinkState::kUnderused : LinkState::kNormal;
  }
}

bool CongestionController::may_probe(Instant now) const {
  return trend_.usage() == Usage::kNormal && !guard_.is_draining() && !silence_.is_silent(now) &&
         loss_.state() != LossBased::State::kDecreasing &&
         !(remb_.cap_bps() && target_bps_ >= *remb_.cap_bps());
}

Update CongestionController::make_update(Instant now) {
  limit(now);
  application_.set_target(target_bps_);
  probes_.update(now, target_bps_, may_probe(now));
  const auto clusters = probes_.take();
  for (const ProbeCluster& cluster : clusters) probe_estimator_.on_cluster(cluster);
  return {.target_bps = target_bps_,
          .pacing_bps = target_bps_ * kPace,
          .state = state_,
          .cause = cause_,
          .audio_only = hears_feedback_ && silence_.is_audio_only(now),
          .probes = clusters};
}

}  // namespace confab::cc
