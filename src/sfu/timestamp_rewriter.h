// Keeps a receiver's RTP time running when the source behind it changes to another layer, whose
// timestamps have another random base (RFC 3550 §5.1).
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "rtc/rtp/types.h"

namespace confab::sfu {

class TimestampRewriter {
 public:
  TimestampRewriter(rtp::RtpTime first, std::uint32_t clock_rate)
      : last_out_(first), clock_rate_(clock_rate) {}

  // Another source takes over with a packet of time `source`. `in_previous` is the same moment on
  // the previous source's clock, if sender reports of both tell; otherwise the time of arrival
  // decides. The result is always after what went out before.
  void switch_to(Instant now, rtp::RtpTime source, std::optional<rtp::RtpTime> in_previous);
  bool started() const { return started_; }

  rtp::RtpTime map(Instant now, rtp::RtpTime source) {
    const rtp::RtpTime out = source + offset_;
    if (rtp::is_newer(out, last_out_)) {
      last_out_ = out;
      last_at_ = now;
    }
    return out;
  }
  std::int64_t offset() const { return offset_; }
  // The same without noting that it went out.
  rtp::RtpTime peek(rtp::RtpTime source) const { return source + offset_; }

 private:
  rtp::RtpTime last_out_;
  std::uint32_t clock_rate_;
  Instant last_at_{};
  std::int64_t offset_ = 0;
  bool started_ = false;
};

}  // namespace confab::sfu
