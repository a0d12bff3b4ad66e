// What forwarding must know of a payload: where frames and key frames start, and which layer it
// belongs to. Reads only the payload descriptors (and for H264 and AV1 the unit types).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace confab::codec {

enum class Codec : std::uint8_t { kOpus, kVp8, kVp9, kH264, kAv1, kOther };

// By MIME type ("video/VP8"), without regard to case.
Codec codec_from_mime_type(std::string_view mime_type);

// Where a payload has its picture ids: offsets into it, 0 where it has none (no descriptor begins
// with one). VP8, and VP9 (TL0PICIDX in non-flexible mode).
struct PictureIdPlaces {
  std::uint8_t picture_id = 0;
  std::uint8_t tl0_pic_idx = 0;
  bool picture_id_is_long = false;  // 15 bits, else 7

  bool any() const { return (picture_id | tl0_pic_idx) != 0; }
};

struct PayloadInfo {
  // A decoder that has nothing can start here: the first packet of a key frame (for SVC: of its
  // lowest spatial layer).
  bool is_key_frame_start = false;
  // Where the payload says so (VP8, VP9: of a layer frame). For H264 and AV1 only key frames show
  // it: elsewhere a new timestamp begins a frame.
  bool is_frame_start = false;
  // Where the payload says so (VP9); elsewhere the marker bit does.
  bool is_frame_end = false;
  // May be dropped without breaking later frames (VP8, H264).
  bool is_discardable = false;
  // A receiver may begin to take the packet's temporal layer from here on (VP8, VP9, key frames).
  bool is_switching_point = false;
  // Needs the spatial layer below, of the same picture (VP9).
  bool is_inter_layer = false;
  std::uint8_t spatial_layer = 0;
  std::uint8_t temporal_layer = 0;
  std::optional<std::uint16_t> picture_id;
  std::optional<std::uint8_t> tl0_pic_idx;
  PictureIdPlaces places;  // of these two
};

// Absent when the payload is empty or breaks its format: not to be forwarded. For audio and unknown
// codecs every packet is a frame and a key frame. AV1's dependency descriptor, a header extension,
// is not read: layers come from the OBU headers, where those are not split.
std::optional<PayloadInfo> parse_payload(Codec codec, ByteView payload);

// One frame per packet, no descriptor: what opus sends during silence is 1 or 2 bytes long
// (RFC 6716 §3.1, RFC 7587 §3.1.3: a frame the decoder conceals).
constexpr bool is_opus_dtx(ByteView payload) {
  return payload.size() <= 2;
}

// Overwrites picture id and TL0PICIDX where the payload has them, in their own width, so that a
// receiver sees them go on across layers. `places` is what parsing this payload gave.
inline void rewrite_picture_ids(MutableBytes payload, const PictureIdPlaces& places,
                                std::uint16_t picture_id, std::uint8_t tl0_pic_idx) {
  if (places.picture_id != 0 && places.picture_id_is_long) {
    store_be16(&payload[places.picture_id],
               static_cast<std::uint16_t>(0x8000 | (picture_id & 0x7FFF)));
  } else if (places.picture_id != 0) {
    payload[places.picture_id] = static_cast<std::uint8_t>(picture_id & 0x7F);
  }
  if (places.tl0_pic_idx != 0) payload[places.tl0_pic_idx] = tl0_pic_idx;
}

}  // namespace confab::codec
