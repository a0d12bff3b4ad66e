// The VP8 payload descriptor (RFC 7741 §4.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace confab::codec {

//      0 1 2 3 4 5 6 7
//     +-+-+-+-+-+-+-+-+
//     |X|R|N|S|R| PID |
// X:  |I|L|T|K|  RSV  |
// I:  |M| PictureID   |  and, with M, 8 bits more
// L:  |   TL0PICIDX   |
// TK: |TID|Y| KEYIDX  |
struct Vp8Descriptor {
  bool is_non_reference = false;    // N
  bool is_partition_start = false;  // S
  std::uint8_t partition = 0;
  std::optional<std::uint16_t> picture_id;
  bool picture_id_is_long = false;
  std::optional<std::uint8_t> tl0_pic_idx;
  std::optional<std::uint8_t> temporal_layer;
  bool is_layer_sync = false;  // Y
  std::size_t picture_id_offset = 0;
  std::size_t tl0_pic_idx_offset = 0;
  std::size_t size = 0;

  // Absent when it is cut off, or nothing follows it.
  static std::optional<Vp8Descriptor> parse(ByteView payload);
};

}  // namespace confab::codec
