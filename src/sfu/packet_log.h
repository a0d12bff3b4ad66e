// What a stream of a publisher brought of late, for as long as a receiver may ask for it again: one
// for all receivers, with references to the shared packets, not copies. Bounded in time and in
// number; grows while it is too small for the time. Part of its Source.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "rtc/rtp/types.h"
#include "sfu/media_packet.h"

namespace confab::sfu {

// How long a receiver at this distance may ask for a packet. A browser asks ten times, once in a
// round trip, and no more.
constexpr Duration repeat_window(Duration rtt) {
  constexpr int kRequests = 10;
  // Browsers ask again after 5 ms at the soonest; below this a round trip is no measure.
  constexpr Duration kRttMin = 30ms;
  // A request may be late by what jitter buffers and timers of the receiver add.
  constexpr Duration kSlack = 200ms;
  return kRequests * std::max(rtt, kRttMin) + kSlack;
}

class PacketLog {
 public:
  // `keep_max`: however far the receivers are.
  explicit PacketLog(Duration keep_max) : keep_max_(keep_max), keep_(keep_max) {}

  // Everything but the bytes as the publisher's stream has it.
  struct Entry {
    PacketRef packet;  // empty: nothing is held here
    rtp::RtpTime timestamp;
    std::uint32_t added_at = 0;  // in units of 0.1 ms; wraps
    std::uint16_t picture_id = 0;
    std::uint8_t tl0_pic_idx = 0;
    std::uint8_t payload_type = 0;
  };
  static_assert(sizeof(Entry) == 24);

  // A packet goes out. It may be older than others that went before; added again, for another
  // receiver, it changes nothing. One of another epoch than before makes forget what came before.
  void add(Instant now, const MediaPacket& packet);
  // nullptr if it is not held (any more). Valid until the next call.
  const Entry* find(Instant now, std::uint32_t epoch, std::int64_t seq);
  // What is older than this goes when newer packets come. The end of a stream that pauses stays for
  // the whole time, since its loss shows only when the stream goes on.
  void set_keep(Duration keep) { keep_ = keep < keep_max_ ? keep : keep_max_; }
  // Lets go of what is too old however silent the stream, and of memory that is not needed any
  // more. Called now and then.
  void expire(Instant now);
  // Lets go of all, and of its memory.
  void clear();
  std::size_t size() const { return held_; }
  // How far apart two packets may be that are both held; a power of two.
  std::size_t span_max() const { return slots_.size(); }

 private:
  // 1.5 s of 20 Mbit/s: 2600 packets. A stream of screen content bursts to that.
  static constexpr std::int64_t kSlotsMax = 4096;
  static constexpr std::size_t kSlotsFirst = 64;

  Entry& slot_of(std::int64_t seq) {
    return slots_[static_cast<std::size_t>(seq) & (slots_.size() - 1)];
  }
  bool is_held(std::int64_t seq) { return seq >= oldest_ && seq < end_ && slot_of(seq).packet; }
  void let_go_of_old(Instant now, Duration keep);
  void release(Entry& slot);
  void make_room(std::int64_t seq);
  void resize(std::size_t slots);

  Duration keep_max_;
  Duration keep_;
  std::uint32_t epoch_ = 0;   // of all that is held
  std::vector<Entry> slots_;  // a power of two; nothing until the first packet
  std::int64_t oldest_ = 0;   // nothing is held below
  std::int64_t end_ = 0;      // nor from here on
  std::size_t held_ = 0;
};

}  // namespace confab::sfu
