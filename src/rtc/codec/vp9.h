// The VP9 payload descriptor (RFC 9628 §4.2), up to where it tells nothing that forwarding needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace confab::codec {

//      0 1 2 3 4 5 6 7
//     +-+-+-+-+-+-+-+-+
//     |I|P|L|F|B|E|V|Z|
// I:  |M| PICTURE ID  |  and, with M, 8 bits more
// L:  | TID |U| SID |D|
//     |   TL0PICIDX   |  only if F = 0
// FP: | P_DIFF      |N|  up to three
// V:  scalability structure
struct Vp9Descriptor {
  bool is_inter_predicted = false;  // P
  bool is_frame_start = false;      // B
  bool is_frame_end = false;        // E
  std::optional<std::uint16_t> picture_id;
  bool picture_id_is_long = false;
  std::uint8_t temporal_layer = 0;
  std::uint8_t spatial_layer = 0;
  bool is_switching_up = false;  // U
  bool is_inter_layer = false;   // D
  std::optional<std::uint8_t> tl0_pic_idx;
  std::size_t picture_id_offset = 0;
  std::size_t tl0_pic_idx_offset = 0;

  // Absent when it is cut off, or nothing follows it.
  static std::optional<Vp9Descriptor> parse(ByteView payload);
};

}  // namespace confab::codec
