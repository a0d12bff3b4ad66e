#include "rtc/rtp/receive_statistics.h"

#include <algorithm>
#include <cstddef>

namespace confab::rtp {
namespace {

// RFC 3550 A.1: a jump further ahead than this, or further back, is a sender that started again,
// once the next packet confirms it.
constexpr std::uint16_t kMaxDropout = 3000;
constexpr std::uint16_t kMaxMisorder = 100;

// What counts as jitter; beyond it the timestamps made a jump (a device was switched).
constexpr std::uint32_t kJitterSecondsMax = 5;

std::uint32_t to_clock_units(Instant t, std::uint32_t clock_rate) {
  const auto ns = static_cast<std::uint64_t>(t.time_since_epoch().count());
  const std::uint64_t seconds = ns / 1'000'000'000u;
  const std::uint64_t rest = ns % 1'000'000'000u;
  return static_cast<std::uint32_t>(seconds * clock_rate + rest * clock_rate / 1'000'000'000u);
}

}  // namespace

ReceiveStatistics::ReceiveStatistics(Ssrc ssrc, std::uint32_t clock_rate)
    : ssrc_(ssrc), clock_rate_(std::max(clock_rate, 1U)) {}

void ReceiveStatistics::on_packet(Instant now, SeqNo seq, RtpTime timestamp, std::size_t size) {
  ++packets_received_;
  bytes_received_ += size;
  if (!started_) {
    started_ = true;
    restart(seq);
  } else if (!update_sequence(seq)) {
    return;
  }
  ++received_in_sequence_;
  update_jitter(now, timestamp);
}

void ReceiveStatistics::restart(SeqNo seq) {
  unwrapper_.reset();
  base_seq_ = unwrapper_.unwrap(seq);
  received_in_sequence_ = 0;
  expected_at_report_ = 0;
  received_at_report_ = 0;
  bad_seq_.reset();
  last_transit_.reset();
}

// False for a packet that jumps out of the sequence and is not confirmed yet.
bool ReceiveStatistics::update_sequence(SeqNo seq) {
  const auto ahead = static_cast<std::uint16_t>(seq.value - to_seq(unwrapper_.highest()).value);
  if (ahead < kMaxDropout) {
    unwrapper_.unwrap(seq);
    bad_seq_.reset();
    return true;
  }
  if (ahead > UINT16_MAX - kMaxMisorder) return true;  // a duplicate or a late one
  if (bad_seq_ == seq) {
    const std::int64_t lost = packets_lost();
    restart(seq);
    lost_before_restart_ = lost;
    return true;
  }
  bad_seq_ = seq + 1;
  return false;
}

void ReceiveStatistics::update_jitter(Instant now, RtpTime timestamp) {
  // The packets of one video frame share a timestamp and leave in a burst: how long the burst took
  // says nothing about the network's jitter.
  if (last_transit_ && timestamp == last_timestamp_) return;
  const std::uint32_t transit = to_clock_units(now, clock_rate_) - timestamp.value;
  if (last_transit_) {
    const auto difference = static_cast<std::int32_t>(transit - *last_transit_);
    const auto d = static_cast<std::uint32_t>(
        difference < 0 ? -static_cast<std::int64_t>(difference) : std::int64_t{difference});
    if (d < kJitterSecondsMax * clock_rate_) jitter_x16_ += d - ((jitter_x16_ + 8) >> 4);
  }
  last_transit_ = transit;
  last_timestamp_ = timestamp;
}

void ReceiveStatistics::on_sender_report(Instant now, NtpTime ntp) {
  // RFC 3550 §6.4.1: zero is a sender without a wall clock, and in a report block it means "none
  // yet": it can not be told from another.
  if (ntp.value == 0) return last_sr_.reset();
  last_sr_ = ntp;
  last_sr_at_ = now;
}

std::int64_t ReceiveStatistics::packets_lost() const {
  if (!started_) return 0;
  return lost_before_restart_ + expected() - received_in_sequence_;
}

std::uint64_t ReceiveStatistics::packets_lost_after_repair() const {
  const std::int64_t lost = packets_lost() - static_cast<std::int64_t>(packets_repaired_);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(lost, 0));
}

Duration ReceiveStatistics::jitter() const {
  return Duration(std::int64_t{jitter_x16_ >> 4} * 1'000'000'000 / clock_rate_);
}

std::optional<ReportBlock> ReceiveStatistics::make_report(Instant now) {
  if (!started_) return std::nullopt;
  const std::int64_t expected_interval = expected() - expected_at_report_;
  const std::int64_t received_interval = received_in_sequence_ - received_at_report_;
  expected_at_report_ = expected();
  received_at_report_ = received_in_sequence_;

  ReportBlock block{.ssrc = ssrc_};
  const std::int64_t lost_interval = expected_interval - received_interval;
  if (expected_interval > 0 && lost_interval > 0) {
    block.fraction_lost = static_cast<std::uint8_t>(
        std::min<std::int64_t>(lost_interval * 256 / expected_interval, 255));
  }
  block.cumulative_lost =
      static_cast<std::int32_t>(std::clamp<std::int64_t>(packets_lost(), -0x800000, 0x7FFFFF));
  block.extended_highest_seq = static_cast<std::uint32_t>(unwrapper_.highest());
  block.jitter = jitter_x16_ >> 4;
  if (last_sr_) {
    block.last_sr = last_sr_->compact();
    block.delay_since_last_sr = static_cast<std::uint32_t>(to_ntp_units(now - last_sr_at_) >> 16);
  }
  return block;
}

}  // namespace confab::rtp
