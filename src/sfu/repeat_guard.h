// How often a receiver was repeated a packet, and when last: who asks on and on would make of a
// request of 4 bytes for 17 packets a multiple of the stream, and what is on its way need not be
// sent again. Takes no memory for who never asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/instant.h"

namespace confab::sfu {

class RepeatGuard {
 public:
  enum class Verdict : std::uint8_t { kMay, kTooSoon, kTooOften };

  // Whether the packet may be repeated now: not if that was done less than `repeat_after` ago, or
  // too often. `seq` as it was given out, unwrapped. Of packets of which no more than `places` (a
  // power of two) lie between them, none is forgotten for another.
  Verdict ask(Instant now, std::int64_t seq, Duration repeat_after, std::size_t places);
  // It is repeated: after ask() said that it may be.
  void note(Instant now, std::int64_t seq);
  std::size_t bytes() const { return slots_.capacity() * sizeof(Repeated); }

 private:
  // As often as browsers ask for one packet.
  static constexpr std::uint8_t kRepeatsMax = 10;

  struct Repeated {
    std::uint32_t seq = 0;  // wraps after years
    std::uint16_t at = 0;   // in ms; wraps after 65 s, many times what packets are held
    std::uint8_t times = 0;
  };
  static_assert(sizeof(Repeated) == 8);

  Repeated& slot_of(std::uint32_t seq) { return slots_[seq & (slots_.size() - 1)]; }
  void grow(std::size_t places);

  std::vector<Repeated> slots_;  // a power of two; nothing until the first repeat
};

}  // namespace confab::sfu
