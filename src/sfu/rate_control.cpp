#include "sfu/rate_control.h"

#include <algorithm>

namespace confab::sfu {
namespace {

// A receiver that reported nothing of so many packets does not report, and nothing is noted for it
// any more: some seconds of video.
constexpr std::uint32_t kUnheardMax = 2000;
// Packets of a burst leave this closely together: distinct times are needed to tell anything.
constexpr Duration kProbeTick = 1ms;
// That wait to be sent. The first two of a path, and what was asked for meanwhile.
constexpr std::size_t kProbesMax = 4;
// A burst that could not be sent in this time says nothing any more.
constexpr Duration kProbeMax = 300ms;
// The reference time has 24 bits, and wraps after twelve days.
constexpr std::int64_t kReferenceWrap = std::int64_t{1} << 24;

cc::Transport transport_of(const Path& path) {
  if (path.protocol == Protocol::kTcp) return cc::Transport::kTcp;
  return path.remote.address.is_v4() ? cc::Transport::kUdpOverIpv4 : cc::Transport::kUdpOverIpv6;
}

}  // namespace

void RateControl::on_sent(Instant now, std::optional<std::int64_t> seq, std::size_t bytes,
                          cc::PacketClass kind, bool is_layered) {
  if (seq && sent_since_ == kNever) sent_since_ = now;
  const std::size_t on_wire = bytes + overhead_;
  sent_.add(now, on_wire);
  const bool is_padding = kind == cc::PacketClass::kPadding;
  if (!is_padding && (!is_layered || kind == cc::PacketClass::kRepeat)) other_.add(now, on_wire);
  if (!seq || (!hears_feedback_ && ++unheard_packets_ > kUnheardMax)) return;
  // Audio does not wait for its turn in a burst.
  const bool probes = probe_from_ != kNever && kind != cc::PacketClass::kAudio;
  controller_.on_sent({.seq = *seq,
                       .at = now,
                       .bytes = static_cast<std::uint16_t>(on_wire),
                       .kind = kind,
                       .probe = probes ? probes_.front().id : cc::kNoProbe});
  if (probes) note_probe(on_wire);
}

void RateControl::note_probe(std::size_t bytes) {
  probe_bytes_ += bytes;
  ++probe_packets_;
  const cc::ProbeCluster& cluster = probes_.front();
  if (probe_bytes_ >= cluster.bytes_min && probe_packets_ >= cluster.packets_min) end_probe();
}

void RateControl::end_probe() {
  probes_.erase(probes_.begin());
  probe_from_ = kNever;
  probe_bytes_ = probe_packets_ = 0;
}

void RateControl::cancel_probes() {
  while (is_probing()) end_probe();
}

std::size_t RateControl::probe_bytes_due(Instant now) {
  if (probe_from_ != kNever && now - probe_from_ > kProbeMax) end_probe();
  if (!is_probing()) return 0;
  if (probe_from_ == kNever) probe_from_ = now;
  const double seconds = to_seconds(now - probe_from_ + kProbeTick);
  const auto due = static_cast<std::size_t>(probes_.front().rate_bps / 8 * seconds);
  return due - std::min(due, probe_bytes_);
}

void RateControl::on_path(Instant now, const Path& path) {
  if (path_ == path) return;
  overhead_ = cc::wire_overhead(transport_of(path));
  // What was learned is not of this way; the first is no change.
  if (path_) {
    cancel_probes();
    take(controller_.on_route_change(now));
  }
  path_ = path;
}

void RateControl::on_feedback(Instant now, const rtcp::TransportFeedback& feedback) {
  const Duration shift = unwrap(feedback.reference_time);
  arrivals_.clear();
  feedback.for_each_received(
      [&](rtp::SeqNo seq, Duration at) { arrivals_.push_back({seq.value, at + shift}); });
  is_known_ = hears_feedback_ = true;
  take(controller_.on_feedback(now, {.base_seq = feedback.base_seq.value,
                                     .status_count = feedback.status_count,
                                     .arrivals = arrivals_}));
}

// What is to be added to its times, so that they go on. An older report may come late.
Duration RateControl::unwrap(std::int32_t reference_time) {
  std::int64_t step = reference_ ? std::int64_t{reference_time} - *reference_ : reference_time;
  if (reference_) {
    if (step >= kReferenceWrap / 2) step -= kReferenceWrap;
    if (step < -kReferenceWrap / 2) step += kReferenceWrap;
  }
  reference_unwrapped_ += step;
  reference_ = reference_time;
  return (reference_unwrapped_ - reference_time) * rtcp::kReferenceTick;
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

void RateControl::handle_timeout(Instant now) {
  if (controller_.next_timeout() <= now) take(controller_.handle_timeout(now));
}

void RateControl::take(const cc::Update& update) {
  update_ = update;
  for (const cc::ProbeCluster& probe : update.probes) {
    if (probes_.size() < kProbesMax) probes_.push_back(probe);
  }
  update_.probes = {};  // valid until the next call alone
}

}  // namespace confab::sfu
