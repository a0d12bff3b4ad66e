// Which of the packets that wait for one receiver go into the next message (DESIGN §3.1). The
// kernel's cost is per message, not per packet (UDP GSO), but all segments of a message except the
// last must be equal in size: so packets of similar size are gathered, whatever stream they are of,
// and padded to the largest. Within a stream the order is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace confab::sfu {

// The kernel's UDP_MAX_SEGMENTS, and the largest UDP payload.
inline constexpr std::size_t kSegmentsMax = 64;
inline constexpr std::size_t kMessageBytesMax = 65'507;

struct WaitingPacket {
  std::uint16_t size = 0;    // on the wire, without padding
  std::uint32_t stream = 0;  // packets of one stream keep their order
  bool taken = false;
};

struct PlannedMessage {
  std::array<std::uint8_t, kSegmentsMax> order{};  // indices of the packets, in wire order
  std::size_t count = 0;
  // Every packet but the last is padded to this; the last is never larger.
  std::uint16_t segment_size = 0;
};

// Plans the message that the first waiting packet goes out in, and marks what it took. `waiting`
// holds at most kSegmentsMax packets, the first of them not taken. Never takes two packets of a
// stream against their order, in this message or compared with a later one.
PlannedMessage plan_message(std::span<WaitingPacket> waiting, std::uint8_t padding_max);

}  // namespace confab::sfu
