// What the network did to every media packet, by what is inside: how often it went out, itself or
// as a retransmission, on each way, and how often the network dropped it. What a scenario holds
// against a frame that did not arrive.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "sim/synthetic_media.h"

namespace confab::sim {

class Fates {
 public:
  // Up to the server (way 0) or down to the peer of that number.
  static constexpr std::uint32_t kUp = 0;

  void add(std::uint32_t way, const MediaTag& tag, bool dropped) {
    Count& count = counts_[{way, tag.stream, tag.frame, tag.index}];
    ++count.sent;
    if (dropped) ++count.dropped;
  }
  // Whether the packet went that way at least once and never arrived.
  bool was_lost(std::uint32_t way, std::uint32_t stream, std::uint32_t frame,
                std::uint16_t index) const {
    const auto it = counts_.find({way, stream, frame, index});
    return it != counts_.end() && it->second.sent == it->second.dropped;
  }
  std::uint32_t times_sent(std::uint32_t way, std::uint32_t stream, std::uint32_t frame,
                           std::uint16_t index) const {
    const auto it = counts_.find({way, stream, frame, index});
    return it == counts_.end() ? 0 : it->second.sent;
  }

 private:
  struct Key {
    std::uint32_t way;
    std::uint32_t stream;
    std::uint32_t frame;
    std::uint16_t index;
    auto operator<=>(const Key&) const = default;
  };
  struct Count {
    std::uint32_t sent = 0;
    std::uint32_t dropped = 0;
  };
  std::map<Key, Count> counts_;
};

}  // namespace confab::sim
