// Which of the latest packet indices of one SSRC a sender has used. What keeps a nonce from being
// used twice while packets may still leave a little out of order (docs/decisions/0005).
#pragma once

#include <cstdint>
#include <expected>

#include "rtc/srtp/session.h"

namespace confab::srtp {

class SentIndices {
 public:
  // The index, (ROC << 16) | seq, that this sequence number stands for (RFC 3711 §3.3.1: the one
  // nearest to the highest), now used. kIndexReused if it was used before, is too old to tell, or
  // would be before the first rollover.
  std::expected<std::uint64_t, SrtpError> take(std::uint16_t seq) {
    if (used_ == 0) {
      highest_ = seq;
      used_ = 1;
      return highest_;
    }
    const auto step = static_cast<std::int16_t>(seq - static_cast<std::uint16_t>(highest_));
    if (step > 0) return advance(static_cast<std::uint64_t>(step));
    const auto behind = static_cast<std::uint64_t>(-std::int32_t{step});
    if (behind >= kPackets || behind > highest_ || (used_ >> behind & 1) != 0) {
      return std::unexpected(SrtpError::kIndexReused);
    }
    used_ |= std::uint64_t{1} << behind;
    return highest_ - behind;
  }

 private:
  static constexpr std::uint64_t kPackets = kSenderWindowPackets;
  static constexpr std::uint64_t kEnd = std::uint64_t{1} << 48;

  std::expected<std::uint64_t, SrtpError> advance(std::uint64_t step) {
    if (highest_ + step >= kEnd) return std::unexpected(SrtpError::kKeyExhausted);
    highest_ += step;
    used_ = step < kPackets ? (used_ << step) | 1 : 1;
    return highest_;
  }

  std::uint64_t highest_ = 0;
  std::uint64_t used_ = 0;  // bit i: highest_ - i; 0: nothing was sent yet
};

}  // namespace confab::srtp
