// Which of the last packets of a stream have been here. SRTP's replay window catches a repeated
// datagram; this catches a packet that came both by itself and as a retransmission.
#pragma once

#include <bitset>
#include <cstdint>

namespace confab::sfu {

class SeenWindow {
 public:
  // Notes the packet (unwrapped sequence number). False if it was noted before or is too old to
  // tell.
  bool insert(std::int64_t seq);

 private:
  // 2 Mbit/s of 1150 B for 4.7 s: longer than any retransmission takes.
  static constexpr std::int64_t kPackets = 1024;

  static std::size_t index(std::int64_t seq) {
    return static_cast<std::size_t>(seq & (kPackets - 1));
  }

  std::bitset<kPackets> seen_;
  std::int64_t highest_ = 0;
  bool started_ = false;
};

}  // namespace confab::sfu
