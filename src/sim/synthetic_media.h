// Frames that look like opus, VP8 and H264 from outside and carry, inside, who they are: so that
// what arrives can be checked to be what was sent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace confab::sim {

// Which packet of which frame of which stream.
struct MediaTag {
  std::uint32_t stream = 0;
  std::uint32_t frame = 0;
  std::uint16_t index = 0;
  std::uint16_t count = 1;
  auto operator<=>(const MediaTag&) const = default;
};

// What a frame of video says of itself; H264 says only whether it is a key frame.
struct Vp8Fields {
  std::uint16_t picture_id = 0;  // 15 bits
  std::uint8_t tl0_pic_idx = 0;
  bool is_key_frame = false;
  std::uint8_t temporal = 0;
  bool is_layer_sync = true;  // Y
  // The frames of its stream that it is made from, by their numbers; 0: none.
  std::array<std::uint32_t, 2> references{};
  bool operator==(const Vp8Fields&) const = default;
};

inline constexpr std::size_t kMediaBytesMin = 48;

// Fill `out` (at least kMediaBytesMin) with the payload of one packet.
void write_vp8(MutableBytes out, const MediaTag& tag, const Vp8Fields& fields);
// RFC 6184: one NAL unit in each packet; the first of a key frame has the parameter sets with it.
void write_h264(MutableBytes out, const MediaTag& tag, const Vp8Fields& fields);
void write_opus(MutableBytes out, const MediaTag& tag);

struct Vp8Payload {
  MediaTag tag;
  Vp8Fields fields;
};
// Nothing if the bytes are not exactly what the writer wrote, picture ids aside.
std::optional<Vp8Payload> read_vp8(ByteView payload);
std::optional<Vp8Payload> read_h264(ByteView payload);
// Of either codec.
std::optional<Vp8Payload> read_video(ByteView payload);
std::optional<MediaTag> read_opus(ByteView payload);

}  // namespace confab::sim
