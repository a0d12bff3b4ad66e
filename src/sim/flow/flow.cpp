#include "sim/flow/flow.h"

#include <algorithm>
#include <cmath>

#include "sim/flow/trace.h"

namespace confab::sim {
namespace {

constexpr std::size_t kPacketMax = 1228;
constexpr std::size_t kAudioBytes = 128;  // 51 kbit/s
constexpr double kAudioBps = kAudioBytes * 8 * 50.0;
constexpr Duration kAudioInterval = 20ms;
constexpr Duration kFrameInterval = std::chrono::microseconds(33'333);
constexpr std::size_t kForgotten = 40;
// An encoder does not hit its rate with each frame.
constexpr std::uint32_t kFrameNoisePercent = 20;
constexpr double kVideoMin = 30'000;
// The receiver's clock is not the sender's, and feedback has a quarter of a millisecond.
constexpr Duration kClockOffset = -1234s;
constexpr Duration kArrivalTick = 250us;

}  // namespace

Flow::Flow(const FlowOptions& options, Link& link, std::uint64_t seed, Instant start)
    : options_(options),
      link_(link),
      back_(options.back, seed ^ 0xBACC),
      random_(seed),
      controller_(options.controller),
      pacer_(options.controller.tick),
      now_(start),
      frame_at_(start + options.starts_after),
      audio_at_(start + options.starts_after),
      feedback_at_(start + options.starts_after + options.feedback_interval),
      rtt_at_(start + options.starts_after + 1s) {
  update_.target_bps = options.controller.start_bps;
}

Instant Flow::next_event() const {
  Instant next = std::min({frame_at_, audio_at_, feedback_at_, rtt_at_});
  if (!arrivals_.empty()) next = std::min(next, arrivals_.top().at);
  if (!reports_.empty()) next = std::min(next, reports_.front().at);
  next = std::min({next, controller_.next_timeout(), next_send(now_)});
  return std::max(next, now_);
}

Instant Flow::next_send(Instant now) const {
  if (waiting_.empty() && probes_.empty()) return kNever;
  return pacer_.next_send(now, waiting_bytes_);
}

void Flow::handle(Instant now) {
  now_ = now;
  receive(now);
  if (!reports_.empty() && reports_.front().at <= now) take_feedback(now);
  if (feedback_at_ <= now) send_feedback(now);
  if (rtt_at_ <= now) {
    rtt_at_ = now + 1s;
    if (rtt_) {
      if (options_.trace) trace::add_rtt(*options_.trace, now, *rtt_);
      take(controller_.on_rtt(now, *rtt_));
    }
  }
  if (controller_.next_timeout() <= now) {
    if (options_.trace) trace::add_timeout(*options_.trace, now);
    take(controller_.handle_timeout(now));
  }
  if (audio_at_ <= now) {
    audio_at_ = now + kAudioInterval;
    send(now, {kAudioBytes, cc::PacketClass::kAudio}, cc::kNoProbe);
    ++audio_sent_;
  }
  if (frame_at_ <= now) make_frame(now);
  send_waiting(now);
}

void Flow::take(const cc::Update& update) {
  update_ = update;
  if (options_.trace) trace::add_update(*options_.trace, update);
  pacer_.set_target(update.target_bps);
  probes_.insert(probes_.end(), update.probes.begin(), update.probes.end());
  update_.probes = {};
  pacer_.set_probe(probes_.empty() ? 0 : probes_.front().rate_bps);
}

void Flow::make_frame(Instant now) {
  if (next_seq_ <= 1) {
    const cc::Demand demand{.next_step_bps = options_.wanted_bps, .ideal_bps = options_.wanted_bps};
    if (options_.trace) trace::add_demand(*options_.trace, now, demand);
    take(controller_.on_demand(now, demand));
  }
  frame_at_ = now + kFrameInterval;
  if (update_.audio_only) return;
  const double video = std::clamp(update_.target_bps - kAudioBps, kVideoMin, options_.wanted_bps);
  const double noise =
      1 + (random_.between(0, 2 * kFrameNoisePercent) / 100.0 - kFrameNoisePercent / 100.0);
  // What waits already is not made again: an encoder follows its pacer.
  const double bytes = std::max(200.0, video / 8 * to_seconds(kFrameInterval) * noise -
                                           static_cast<double>(waiting_bytes_) / 4);
  const auto packets = static_cast<std::size_t>(std::ceil(bytes / kPacketMax));
  const std::size_t forgotten = options_.counts_headers ? 0 : kForgotten;
  for (std::size_t i = 0; i < packets; ++i) {
    const std::size_t size =
        static_cast<std::size_t>(bytes / static_cast<double>(packets)) + forgotten;
    waiting_.push_back({size, cc::PacketClass::kVideo});
    waiting_bytes_ += size;
  }
}

void Flow::send_waiting(Instant now) {
  for (;;) {
    if (!probes_.empty()) {
      if (!send_probe(now)) return;
      continue;
    }
    if (waiting_.empty() || pacer_.next_send(now, waiting_bytes_) > now) return;
    const Packet packet = waiting_.front();
    waiting_.pop_front();
    waiting_bytes_ -= packet.bytes;
    send(now, packet, cc::kNoProbe);
  }
}

// One packet of the burst: media that waits, else padding. False if it is not its time.
bool Flow::send_probe(Instant now) {
  if (pacer_.next_send(now, waiting_bytes_) > now) return false;
  const cc::ProbeCluster cluster = probes_.front();
  Packet packet{1000, cc::PacketClass::kPadding};
  if (!waiting_.empty()) {
    packet = waiting_.front();
    waiting_.pop_front();
    waiting_bytes_ -= packet.bytes;
  }
  send(now, packet, cluster.id);
  probe_bytes_ += packet.bytes;
  ++probe_packets_;
  if (probe_bytes_ >= cluster.bytes_min && probe_packets_ >= cluster.packets_min) {
    probe_bytes_ = probe_packets_ = 0;
    probes_.erase(probes_.begin());
    pacer_.set_probe(probes_.empty() ? 0 : probes_.front().rate_bps);
  }
  return true;
}

void Flow::send(Instant now, Packet packet, std::uint8_t probe) {
  const std::size_t known = options_.counts_headers ? packet.bytes : packet.bytes - kForgotten;
  const std::int64_t seq = next_seq_++;
  const cc::SentPacket sent{.seq = seq,
                            .at = now,
                            .bytes = static_cast<std::uint16_t>(known),
                            .kind = packet.kind,
                            .probe = probe};
  if (options_.trace) trace::add_sent(*options_.trace, sent);
  controller_.on_sent(sent);
  pacer_.on_sent(now, known, waiting_bytes_);
  const std::size_t overhead = link_.profile().overhead_bytes;
  const Link::Fate fate = link_.send(now, packet.bytes - overhead);
  for (std::size_t i = 0; i < fate.copies; ++i) {
    arrivals_.push({fate.arrivals[i], seq, now, packet});
  }
}

void Flow::receive(Instant now) {
  while (!arrivals_.empty() && arrivals_.top().at <= now) {
    const Arrival arrival = arrivals_.top();
    arrivals_.pop();
    way_ = arrival.at - arrival.sent_at;
    if (arrival.packet.kind == cc::PacketClass::kAudio) {
      ++audio_received_;
      if (!options_.audio_carries_number) continue;
    }
    if (arrival.packet.kind != cc::PacketClass::kPadding) {
      media_bytes_received_ += arrival.packet.bytes;
    }
    received_.emplace_back(arrival.seq, arrival.at);
  }
}

void Flow::send_feedback(Instant now) {
  feedback_at_ = now + options_.feedback_interval;
  if (received_.empty()) return;
  std::ranges::sort(received_);
  Report report;
  // What comes late is reported by itself, as browsers do.
  const std::int64_t base = std::min(reported_to_, received_.front().first);
  const std::int64_t end = received_.back().first + 1;
  report.base = static_cast<std::uint16_t>(base);
  report.count = static_cast<std::uint16_t>(end - base);
  for (const auto& [seq, at] : received_) {
    const Duration on_clock = (at.time_since_epoch() + kClockOffset) / kArrivalTick * kArrivalTick;
    report.arrivals.push_back({static_cast<std::uint16_t>(seq), on_clock});
  }
  received_.clear();
  reported_to_ = std::max(reported_to_, end);
  const Link::Fate fate = back_.send(now, 60 + report.arrivals.size() * 2);
  if (fate.copies == 0) return;
  report.at = fate.arrivals[0];
  rtt_ = way_ + (report.at - now);
  reports_.push_back(std::move(report));
}

void Flow::take_feedback(Instant now) {
  while (!reports_.empty() && reports_.front().at <= now) {
    const Report report = std::move(reports_.front());
    reports_.pop_front();
    const cc::Feedback feedback{
        .base_seq = report.base, .status_count = report.count, .arrivals = report.arrivals};
    if (options_.trace) trace::add_feedback(*options_.trace, now, feedback);
    take(controller_.on_feedback(now, feedback));
  }
}

}  // namespace confab::sim
