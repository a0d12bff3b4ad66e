// What may be sent to an address from which nothing authentic came yet. Whoever knows a transport's
// password can say that a check comes from an address that is not its own; without this it would
// get all that the transport is sent for as long as consent lasts: 20 MB for a few checks. With it,
// it is no more than a reflector of 26 kbit/s. Of all such addresses of one transport together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace confab::sfu {

class UnprovenBudget {
 public:
  // False if it is too much.
  bool spend(Instant now, std::size_t bytes) {
    if (now - at_ >= kWhole) {
      left_ = kBytesMax;
      at_ = now;
    } else {
      // The clock goes on by whole bytes only, so that no part of one is lost.
      const std::int64_t grown = (now - at_) / kByte;
      left_ = std::min(kBytesMax, left_ + static_cast<std::size_t>(grown));
      at_ += grown * kByte;
    }
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }

 private:
  // A handshake twice, or 130 ms of 2 Mbit/s: a receiver reports within a round trip and 100 ms,
  // and what it missed is repeated.
  static constexpr std::size_t kBytesMax = 32 * 1024;
  static constexpr Duration kWhole = 10s;
  static constexpr Duration kByte = kWhole / std::int64_t{kBytesMax};

  std::size_t left_ = kBytesMax;
  Instant at_{};
};

}  // namespace confab::sfu
