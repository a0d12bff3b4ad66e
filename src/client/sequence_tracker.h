// Loss of one stream by its sequence numbers alone: what was left out, what came late after all,
// what came twice. Remembers the last 1024 numbers.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

#include "rtc/rtp/types.h"

namespace confab::client {

class SequenceTracker {
 public:
  struct Step {
    enum class Kind : std::uint8_t { kNext, kLate, kDuplicate };
    Kind kind = Kind::kNext;
    std::uint32_t left_out = 0;  // kNext: numbers between the highest so far and this one
  };

  Step on_packet(rtp::SeqNo seq);

 private:
  static constexpr std::int64_t kWindow = 1024;
  static std::size_t place(std::int64_t seq) {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(seq) % kWindow);
  }

  rtp::SeqUnwrapper unwrapper_;
  std::int64_t first_ = 0;
  std::bitset<kWindow> seen_;
};

}  // namespace confab::client
