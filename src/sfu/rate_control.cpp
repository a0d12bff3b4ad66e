#include "sfu/rate_control.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace confab::sfu {
namespace {

constexpr Duration kTick = 2ms;
// Packets leave this closely together where one by one is meant: distinct times are needed.
constexpr Duration kProbeTick = 1ms;
// A burst that could not be sent in this time says nothing any more.
constexpr Duration kProbeMax = 300ms;
// A receiver that reported nothing of so many does not report.
constexpr std::uint32_t kUnheardMax = 2000;
constexpr Duration kMeterSpan = 1s;
constexpr std::int64_t kReferenceWrap = std::int64_t{1} << 24;
// At three times the target a backlog is gone in a quarter of a second, or is too much.
constexpr double kBacklogSeconds = 3 * 0.25;
// Less than a key frame is no backlog.
constexpr std::size_t kBacklogMin = 64'000;
// How much may leave at once: while all is well a frame as a whole, which is the cheapest way to
// send it and adds this much to nobody's queue for longer than it lasts; else what a tick takes.
constexpr Duration kTickAtEase = 25ms;
constexpr Duration kQueueAtEase = 15ms;

cc::ControllerConfig with_tick(cc::ControllerConfig config) {
  config.tick = kTick;
  return config;
}

}  // namespace

void RateControl::Meter::add(Instant now, std::size_t bytes) {
  if (now - from >= kMeterSpan) {
    previous_bits = now - from < 2 * kMeterSpan ? bits : 0;
    bits = 0;
    from = now;
  }
  bits += static_cast<double>(bytes) * 8;
}

double RateControl::Meter::bps(Instant now) const {
  const Duration into = now - from;
  if (into >= 2 * kMeterSpan) return 0;
  if (into >= kMeterSpan) return bits / to_seconds(into);
  return (previous_bits + bits) / to_seconds(kMeterSpan + into);
}

RateControl::RateControl(const cc::ControllerConfig& config)
    : controller_(with_tick(config)), pacer_(kTick) {
  update_.target_bps = config.start_bps;
}

void RateControl::set_path(const Path& path) {
  overhead_ = cc::wire_overhead(path.protocol == Protocol::kTcp ? cc::Transport::kTcp
                                : path.remote.address.is_v4()   ? cc::Transport::kUdpOverIpv4
                                                                : cc::Transport::kUdpOverIpv6);
}

void RateControl::on_sent(Instant now, std::int64_t seq, std::size_t bytes, cc::PacketClass kind,
                          bool is_numbered) {
  if (kind == cc::PacketClass::kAudio) audio_.add(now, bytes + overhead_);
  if (kind == cc::PacketClass::kRepeat) repeats_.add(now, bytes + overhead_);
  if (!is_numbered) return;
  const bool probes = !probes_.empty() && kind != cc::PacketClass::kAudio;
  if (probes) {
    probe_bytes_ += bytes + overhead_;
    ++probe_packets_;
  }
  // Nobody will speak of it.
  if (!hears_feedback_ && ++unheard_packets_ > kUnheardMax) return;
  controller_.on_sent({.seq = seq,
                       .at = now,
                       .bytes = static_cast<std::uint16_t>(bytes + overhead_),
                       .kind = kind,
                       .probe = probes ? probes_.front().id : cc::kNoProbe});
}

void RateControl::on_message(Instant now, std::size_t packets, std::size_t bytes,
                             std::size_t waiting) {
  if (sent_since_ == kNever) sent_since_ = now;
  const std::size_t on_wire = bytes + packets * overhead_;
  all_.add(now, on_wire);
  if (!is_known_ && probes_.empty()) return;
  pacer_.on_sent(now, on_wire, waiting);
  if (probes_.empty()) return;
  if (probe_until_ == kNever) probe_until_ = now + kProbeMax;
  const cc::ProbeCluster& cluster = probes_.front();
  const bool is_done = probe_bytes_ >= cluster.bytes_min && probe_packets_ >= cluster.packets_min;
  if (is_done || now >= probe_until_) end_probe();
}

void RateControl::end_probe() {
  probes_.erase(probes_.begin());
  probe_bytes_ = probe_packets_ = 0;
  probe_until_ = kNever;
  pacer_.set_probe(probes_.empty() ? 0 : probes_.front().rate_bps);
}

void RateControl::cancel_probes() {
  while (!probes_.empty()) end_probe();
}

std::size_t RateControl::may_send(Instant now, std::size_t waiting) const {
  if (is_probing()) {
    const Instant next = pacer_.next_send(now, waiting);
    const Instant horizon = now + kProbeTick;
    if (next >= horizon) return 0;
    const double bits = probes_.front().rate_bps * to_seconds(horizon - next);
    return std::max<std::size_t>(1, static_cast<std::size_t>(bits / 8));
  }
  if (!is_known_ || pacer_.is_bypassed(now)) return std::numeric_limits<std::size_t>::max();
  return pacer_.may_send(now, waiting);
}

Instant RateControl::next_send(Instant now, std::size_t waiting) const {
  return pacer_.next_send(now, waiting);
}

void RateControl::on_feedback(Instant now, const rtcp::TransportFeedback& feedback) {
  if (!reference_) {
    reference_unwrapped_ = feedback.reference_time;
  } else {
    // As signed 24 bits: an older report may come late.
    std::int64_t step = (std::int64_t{feedback.reference_time} - *reference_) % kReferenceWrap;
    if (step >= kReferenceWrap / 2) step -= kReferenceWrap;
    if (step < -kReferenceWrap / 2) step += kReferenceWrap;
    reference_unwrapped_ += step;
  }
  reference_ = feedback.reference_time;
  const Duration shift = (reference_unwrapped_ - feedback.reference_time) * rtcp::kReferenceTick;
  arrivals_.clear();
  feedback.for_each_received(
      [&](rtp::SeqNo seq, Duration at) { arrivals_.push_back({seq.value, at + shift}); });
  is_known_ = hears_feedback_ = true;
  take(controller_.on_feedback(now, {.base_seq = feedback.base_seq.value,
                                     .status_count = feedback.status_count,
                                     .arrivals = arrivals_}));
}

void RateControl::on_rtt(Instant now, Duration rtt) {
  take(controller_.on_rtt(now, rtt));
}

void RateControl::on_remb(Instant now, double rate_bps) {
  is_known_ = true;
  take(controller_.on_remb(now, rate_bps));
}

void RateControl::on_report_loss(Instant now, double loss) {
  take(controller_.on_report_loss(now, loss));
}

void RateControl::on_demand(Instant now, const cc::Demand& demand) {
  take(controller_.on_demand(now, demand));
}

void RateControl::on_route_change(Instant now) {
  take(controller_.on_route_change(now));
}

void RateControl::handle_timeout(Instant now) {
  if (controller_.next_timeout() <= now) take(controller_.handle_timeout(now));
}

void RateControl::take(const cc::Update& update) {
  update_ = update;
  pacer_.set_target(update.target_bps);
  const bool is_at_ease =
      update.state == cc::LinkState::kNormal && controller_.queue() < kQueueAtEase;
  pacer_.set_tick(is_at_ease ? kTickAtEase : kTick);
  if (is_known_) {
    backlog_max_ =
        std::max(kBacklogMin, static_cast<std::size_t>(update.target_bps / 8 * kBacklogSeconds));
  }
  probes_.insert(probes_.end(), update.probes.begin(), update.probes.end());
  update_.probes = {};
  pacer_.set_probe(probes_.empty() ? 0 : probes_.front().rate_bps);
}

double RateControl::audio_bps(Instant now) const {
  return audio_.bps(now);
}
double RateControl::repeat_bps(Instant now) const {
  return repeats_.bps(now);
}
double RateControl::sent_bps(Instant now) const {
  return all_.bps(now);
}

}  // namespace confab::sfu
