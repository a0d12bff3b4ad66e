// Lip sync (RFC 3550 §6.4.1): how the RTP time of a publisher's stream maps to the publisher's NTP
// time, and how that maps to ours. All streams of a participant are translated with one offset, so
// what they say about each other survives forwarding unchanged.
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "rtc/rtp/types.h"

namespace confab::sfu {

// NTP units (2^-32 s) to ticks of an RTP clock; the sign is the difference's.
constexpr std::int64_t ntp_to_ticks(std::int64_t ntp_units, std::uint32_t clock_rate) {
  const std::int64_t seconds = ntp_units >> 32;
  const std::int64_t fraction = ntp_units & 0xFFFF'FFFF;
  return seconds * clock_rate + ((fraction * clock_rate) >> 32);
}
constexpr std::int64_t ticks_to_ntp(std::int64_t ticks, std::uint32_t clock_rate) {
  const std::int64_t seconds = ticks / clock_rate;
  return (seconds << 32) + ((ticks % clock_rate) << 32) / clock_rate;
}

// One stream's mapping, from its last sender report.
class ReportClock {
 public:
  explicit ReportClock(std::uint32_t clock_rate) : clock_rate_(clock_rate) {}

  void on_sender_report(NtpTime ntp, rtp::RtpTime rtp_time) {
    ntp_ = ntp;
    rtp_time_ = rtp_time;
  }
  void reset() { ntp_.reset(); }
  bool is_known() const { return ntp_.has_value(); }

  // Need is_known(). Times near the report (hours, not days).
  rtp::RtpTime to_rtp(NtpTime ntp) const {
    const auto passed = static_cast<std::int64_t>(ntp.value - ntp_->value);
    return rtp_time_ + ntp_to_ticks(passed, clock_rate_);
  }
  NtpTime to_ntp(rtp::RtpTime rtp_time) const {
    const std::int64_t ticks = rtp::distance(rtp_time_, rtp_time);
    return {ntp_->value + static_cast<std::uint64_t>(ticks_to_ntp(ticks, clock_rate_))};
  }

 private:
  std::uint32_t clock_rate_;
  std::optional<NtpTime> ntp_;
  rtp::RtpTime rtp_time_;
};

// A participant's NTP clock against ours. Settled by the first report; only a step of the
// participant's clock moves it, since every change shifts all its streams for all receivers.
class ParticipantClock {
 public:
  // True if it moved.
  bool on_sender_report(NtpTime theirs, NtpTime ours) {
    const auto offset = static_cast<std::int64_t>(ours.value - theirs.value);
    // Around the circle: what a participant calls its time may be anything.
    const auto change = static_cast<std::int64_t>(static_cast<std::uint64_t>(offset) -
                                                  static_cast<std::uint64_t>(offset_));
    if (known_ && change <= kStep && change >= -kStep) return false;
    offset_ = offset;
    known_ = true;
    return true;
  }
  NtpTime to_theirs(NtpTime ours) const {
    return {ours.value - static_cast<std::uint64_t>(offset_)};
  }

 private:
  // No report is delayed for so long: the clock was set.
  static constexpr std::int64_t kStep = std::int64_t{2} << 32;

  std::int64_t offset_ = 0;
  bool known_ = false;
};

}  // namespace confab::sfu
