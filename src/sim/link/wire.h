// A Link with the packets that are on it: what goes in comes out when the model says so. The link
// emulator (bench/linkemu) is two of these between network interfaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <queue>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "sim/link/link.h"

namespace confab::sim {

class Wire {
 public:
  Wire(const LinkProfile& profile, std::uint64_t seed) : link_(profile, seed) {}

  void set_profile(Instant now, const LinkProfile& profile) { link_.set_profile(now, profile); }
  void send(Instant now, ByteView packet);

  // When the next packet comes out; kNever: nothing is on its way.
  Instant next() const { return packets_.empty() ? kNever : packets_.top().at; }
  // The first of those that are due. Only where next() is not in the future.
  std::vector<std::uint8_t> take(Instant now);

  const Link& link() const { return link_; }
  std::size_t size() const { return packets_.size(); }
  // By how much a packet was taken too late, at the most, since this was last asked: the emulator's
  // own fault, which nobody should take for the network's.
  Duration take_lateness();

 private:
  struct Packet {
    Instant at;
    std::uint64_t number = 0;
    std::vector<std::uint8_t> bytes;
    // The earliest on top of the heap; of two at once the one that was sent first.
    bool operator<(const Packet& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  Link link_;
  std::priority_queue<Packet> packets_;
  std::uint64_t sent_ = 0;
  Duration lateness_{};
};

}  // namespace confab::sim
