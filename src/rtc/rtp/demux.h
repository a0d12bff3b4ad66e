// What a datagram on a bundled 5-tuple is, by its first bytes (RFC 7983 §7, RFC 5761 §4).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace confab::rtp {

enum class DatagramKind : std::uint8_t { kStun, kDtls, kRtp, kRtcp, kUnknown };

constexpr DatagramKind classify(ByteView datagram) {
  if (datagram.size() < 2) return DatagramKind::kUnknown;
  const std::uint8_t first = datagram[0];
  if (first <= 3) return DatagramKind::kStun;
  if (first >= 20 && first <= 63) return DatagramKind::kDtls;
  if (first < 128 || first > 191) return DatagramKind::kUnknown;
  // RTCP packet types are 192 to 223; an RTP packet there would have the marker bit and a payload
  // type of 64 to 95, which RFC 5761 §4 keeps free.
  const std::uint8_t second = datagram[1];
  return second >= 192 && second <= 223 ? DatagramKind::kRtcp : DatagramKind::kRtp;
}

}  // namespace confab::rtp
