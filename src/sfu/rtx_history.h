// What one receiver was sent, for as long as it may ask for it again: references to the shared
// packets, not copies. Bounded in time and in number; grows while it is too small for the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/instant.h"
#include "rtc/rtp/types.h"
#include "sfu/egress_entry.h"

namespace confab::sfu {

class RtxHistory {
 public:
  // `keep_max`: however long the round trip.
  explicit RtxHistory(Duration keep_max) : keep_max_(keep_max), keep_(keep_max) {}

  // A packet goes out for the first time. May be older than others that went before.
  void add(Instant now, const EgressEntry& entry);
  // The packet, to be sent again now; nothing if it is not held (any more), was sent again less
  // than `repeat_after` ago, or too often.
  std::optional<EgressEntry> take(Instant now, rtp::SeqNo seq, Duration repeat_after);
  // How far the receiver is. A browser asks ten times, once in a round trip, and no more: what is
  // older than that goes when newer packets come. The end of a stream that pauses stays for the
  // whole time, since its loss shows only when the stream goes on.
  void set_rtt(Duration rtt);
  // Lets go of what is too old however silent the stream, and of memory that is not needed any
  // more. Called now and then.
  void expire(Instant now);
  void clear();
  std::size_t size() const { return held_; }
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  // 1.5 s of 20 Mbit/s: 2600 packets. A stream of screen content bursts to that.
  static constexpr std::int64_t kSlotsMax = 4096;
  static constexpr std::size_t kSlotsFirst = 64;
  // As often as browsers ask for one packet. Who asks on would make of a request of 4 bytes for 17
  // packets a multiple of the stream.
  static constexpr std::uint8_t kRepeatsMax = 10;

  // An EgressEntry without what is the same for the whole stream, and small: there is one for each
  // packet and receiver.
  using Tick = std::uint32_t;        // 0.1 ms; wraps
  using RepeatTick = std::uint16_t;  // 1 ms; wraps after 65 s, many times what is held
  struct Slot {
    PacketRef packet;  // empty: nothing is held here
    rtp::RtpTime timestamp;
    Tick sent_at = 0;
    rtp::SeqNo seq;
    std::uint16_t picture_id = 0;
    RepeatTick repeated_at = 0;
    std::uint8_t tl0_pic_idx = 0;
    std::uint8_t repeats = 0;
  };
  static_assert(sizeof(Slot) == 24);

  Slot& slot_of(std::int64_t seq) {
    return slots_[static_cast<std::size_t>(seq) & (slots_.size() - 1)];
  }
  bool is_held(std::int64_t seq) { return seq >= oldest_ && seq < end_ && slot_of(seq).packet; }
  void let_go_of_old(Instant now, Duration keep);
  void release(Slot& slot);
  void make_room(std::int64_t seq);
  void resize(std::size_t slots);

  Duration keep_max_;
  Duration keep_;
  const EgressStream* stream_ = nullptr;  // of all that is held
  std::vector<Slot> slots_;               // a power of two; nothing until the first packet
  rtp::SeqUnwrapper unwrapper_;
  std::int64_t oldest_ = 0;  // nothing is held below
  std::int64_t end_ = 0;     // nor from here on
  std::size_t held_ = 0;
};

}  // namespace confab::sfu
