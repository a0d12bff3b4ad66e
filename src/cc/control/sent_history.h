// What was sent to one receiver of late, so that its feedback can be read: a ring by transport-wide
// sequence number. A packet is in flight until feedback covers it. Lost feedback leaves its packets
// in flight, which is to say unknown: they count neither as received nor as lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/instant.h"
#include "cc/control/messages.h"

namespace confab::cc {

class SentHistory {
 public:
  SentHistory();

  // In the order of their numbers.
  void add(const SentPacket& packet);
  // What is new in it, in the order of the packets' numbers. Valid until the next call. Of packets
  // never sent, and of those forgotten, nothing.
  std::span<const PacketResult> on_feedback(const Feedback& feedback);

  std::int64_t bytes_in_flight() const { return in_flight_; }
  std::size_t slots() const { return slots_.size(); }

 private:
  // Half a second of 10 Mbit/s; grows to 8 s of it, for far and fast receivers.
  static constexpr std::size_t kSlotsFirst = 512;
  static constexpr std::size_t kSlotsMax = 8192;
  // Feedback of what was sent before is not to be expected.
  static constexpr Duration kKeep = 5s;

  enum class Fate : std::uint8_t { kNone, kInFlight, kReceived, kLost };
  struct Slot {
    Instant at{};
    std::uint32_t seq = 0;  // of the packet it holds; wraps after years
    std::uint16_t bytes = 0;
    std::uint8_t probe = kNoProbe;
    PacketClass kind : 4 = PacketClass::kVideo;
    Fate fate : 4 = Fate::kNone;
  };
  static_assert(sizeof(Slot) == 16);

  Slot& slot_of(std::int64_t seq) {
    return slots_[static_cast<std::size_t>(seq) & (slots_.size() - 1)];
  }
  std::int64_t unwrap(std::uint16_t seq) const;
  void resolve(std::int64_t seq, const Duration* arrived);
  void forget(Slot& slot);
  void grow();

  std::vector<Slot> slots_;  // a power of two
  std::int64_t last_ = -1;   // the highest number sent
  std::int64_t in_flight_ = 0;
  std::vector<PacketResult> results_;
};

}  // namespace confab::cc
