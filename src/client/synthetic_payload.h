// Payloads that nobody encoded: the right descriptors for a server that reads them, a stamp for a
// receiver of the same process, and filling. A payload follows from its description alone, so a
// retransmission needs no copy of what was sent.
//
//   opus  | TOC | filling ................................. | stamp |
//   VP8   | descriptor (RFC 7741 §4.2) | header (§4.3) | filling | stamp |
//
// The stamp is the last 16 bytes: 8 that say so, 8 of the sender's clock in nanoseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/instant.h"

namespace confab::client {

inline constexpr std::size_t kStampBytes = 16;
// Descriptor with 15-bit picture id, TL0PICIDX and TID; uncompressed header of a key frame; stamp.
inline constexpr std::size_t kVp8PayloadBytesMin = 6 + 10 + kStampBytes;
inline constexpr std::size_t kOpusPayloadBytesMin = 1 + kStampBytes;

struct SyntheticPayload {
  bool is_video = false;
  bool is_key_frame = false;
  bool is_frame_start = false;
  std::uint16_t picture_id = 0;  // 15 bits
  std::uint8_t tl0_pic_idx = 0;
  std::uint16_t size = 0;  // at least the minimum above
  Instant stamp{};
};

// Writes payload.size bytes; false, and nothing written, if `out` is smaller.
bool write_payload(MutableBytes out, const SyntheticPayload& payload);

// When the payload was composed; absent if it is none of ours.
std::optional<Instant> read_stamp(ByteView payload);

}  // namespace confab::client
