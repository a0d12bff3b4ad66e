// Whether a stream's RTP time made a jump that the time gone by does not explain. A source may
// choose a new random base whenever it likes (RFC 3550 §5.1): a device was changed, a machine
// slept, an encoder was made anew under the same SSRC.
#pragma once

#include <cstdint>

#include "base/instant.h"
#include "rtc/rtp/types.h"

namespace confab::sfu {

// `before` was the time of the newest packet, `after` is that of one with a higher sequence number
// that came `elapsed` later.
constexpr bool is_timestamp_jump(rtp::RtpTime before, rtp::RtpTime after, Duration elapsed,
                                 std::uint32_t clock_rate) {
  // Frames that are sent in another order than they are shown step back by some of them.
  constexpr std::int64_t kBackMs = 500;
  // A queue in the network that empties at once, and lost its middle, looks like this much.
  constexpr std::int64_t kAheadMs = 3000;
  const std::int64_t step = rtp::distance(before, after);
  const std::int64_t ahead_max = kAheadMs * clock_rate / 1000;
  if (step >= 0 && step <= ahead_max) return false;
  if (step < 0) return step < -kBackMs * clock_rate / 1000;
  return step > to_us(elapsed) * clock_rate / 1'000'000 + ahead_max;
}

}  // namespace confab::sfu
