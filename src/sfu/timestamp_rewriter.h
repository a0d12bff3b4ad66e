// Keeps a receiver's RTP time running when the source behind it changes to another layer, whose
// timestamps have another random base, or when the source itself takes one (RFC 3550 §5.1).
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "rtc/rtp/types.h"
#include "sfu/timestamp_jump.h"

namespace confab::sfu {

class TimestampRewriter {
 public:
  TimestampRewriter(rtp::RtpTime first, std::uint32_t clock_rate)
      : last_out_(first), clock_rate_(clock_rate) {}
  std::uint32_t clock_rate() const { return clock_rate_; }

  // Another source takes over with a packet of time `source`. `in_previous` is the same moment on
  // the previous source's clock, if sender reports of both tell; otherwise the time of arrival
  // decides. The result is always after what went out before.
  void switch_to(Instant now, rtp::RtpTime source, std::optional<rtp::RtpTime> in_previous);
  // Whether a packet that follows all that went out has a time that can not follow theirs: then
  // switch_to() is called for it, as for another source.
  bool is_jump(Instant now, rtp::RtpTime source) const {
    return started_ && is_timestamp_jump(last_out_, source + offset_, now - last_at_, clock_rate_);
  }

  rtp::RtpTime map(Instant now, rtp::RtpTime source) {
    const rtp::RtpTime out = source + offset_;
    if (rtp::is_newer(out, last_out_)) {
      last_out_ = out;
      last_at_ = now;
    }
    return out;
  }
  std::int64_t offset() const { return offset_; }
  // Of what went out.
  rtp::RtpTime newest() const { return last_out_; }
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
