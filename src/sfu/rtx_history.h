// What one receiver was sent, for as long as it may ask for it again: references to the shared
// packets, not copies. Bounded in time and in number; grows while it is too small for the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "rtc/rtp/types.h"
#include "sfu/egress_entry.h"

namespace confab::sfu {

class RtxHistory {
 public:
  explicit RtxHistory(Duration keep) : keep_(keep) {}

  // A packet goes out for the first time. May be older than others that went before.
  void add(Instant now, const EgressEntry& entry);
  // The packet, to be sent again now; nullptr if it is not held (any more), was sent again less
  // than `repeat_after` ago, or too often.
  const EgressEntry* take(Instant now, rtp::SeqNo seq, Duration repeat_after);
  // Lets go of what is too old. add() does it too; this is for a stream that has stopped.
  void expire(Instant now);
  void clear();
  std::size_t size() const { return held_; }

 private:
  // 1.5 s of 20 Mbit/s: 2600 packets. A stream of screen content bursts to that.
  static constexpr std::int64_t kSlotsMax = 4096;
  static constexpr std::int64_t kSlotsFirst = 64;
  static constexpr std::int64_t kEmpty = INT64_MIN;
  // As often as browsers ask for one packet. Who asks on would make of a request of 4 bytes for 17
  // packets a multiple of the stream.
  static constexpr std::uint8_t kRepeatsMax = 10;

  struct Slot {
    EgressEntry entry;
    std::int64_t seq = kEmpty;  // unwrapped
    Instant sent_at{};
    Instant repeated_at{};
    std::uint8_t repeats = 0;
  };

  Slot& slot_of(std::int64_t seq) {
    return slots_[static_cast<std::size_t>(seq) & (slots_.size() - 1)];
  }
  void release(Slot& slot);
  void make_room(Instant now, std::int64_t seq);
  void grow();

  Duration keep_;
  std::vector<Slot> slots_;  // a power of two; nothing until the first packet
  rtp::SeqUnwrapper unwrapper_;
  std::int64_t oldest_ = 0;  // nothing is held below
  std::int64_t end_ = 0;     // nor from here on
  std::size_t held_ = 0;
};

}  // namespace confab::sfu
