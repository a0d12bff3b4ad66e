#include "rtc/codec/vp9.h"

namespace confab::codec {
namespace {

// RFC 9628 §4.2: N_S, Y, G, then a size for each layer and a group of pictures.
void skip_scalability_structure(ByteReader& reader) {
  const std::uint8_t flags = reader.u8();
  const std::size_t layers = (flags >> 5) + 1U;
  if ((flags & 0x10) != 0) reader.skip(4 * layers);
  if ((flags & 0x08) == 0) return;
  for (unsigned pictures = reader.u8(); pictures > 0 && reader.ok(); --pictures) {
    reader.skip((reader.u8() >> 2) & 3);  // R: as many reference differences
  }
}

}  // namespace

std::optional<Vp9Descriptor> Vp9Descriptor::parse(ByteView payload) {
  ByteReader reader(payload);
  Vp9Descriptor d;
  const std::uint8_t flags = reader.u8();
  d.is_inter_predicted = (flags & 0x40) != 0;
  const bool is_flexible = (flags & 0x10) != 0;
  d.is_frame_start = (flags & 0x08) != 0;
  d.is_frame_end = (flags & 0x04) != 0;
  if ((flags & 0x80) != 0) {
    d.picture_id_offset = reader.offset();
    const std::uint8_t high = reader.u8();
    d.picture_id_is_long = (high & 0x80) != 0;
    d.picture_id = d.picture_id_is_long
                       ? static_cast<std::uint16_t>(((high & 0x7F) << 8) | reader.u8())
                       : high;
  }
  if ((flags & 0x20) != 0) {
    const std::uint8_t layer = reader.u8();
    d.temporal_layer = static_cast<std::uint8_t>(layer >> 5);
    d.is_switching_up = (layer & 0x10) != 0;
    d.spatial_layer = (layer >> 1) & 0x07;
    d.is_inter_layer = (layer & 0x01) != 0;
    if (!is_flexible) {
      d.tl0_pic_idx_offset = reader.offset();
      d.tl0_pic_idx = reader.u8();
    }
  }
  if (is_flexible && d.is_inter_predicted) {
    std::uint8_t difference = reader.u8();
    for (int i = 1; i < 3 && (difference & 1) != 0; ++i) difference = reader.u8();
    if ((difference & 1) != 0) return std::nullopt;  // a fourth reference
  }
  if ((flags & 0x02) != 0) skip_scalability_structure(reader);
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  return d;
}

}  // namespace confab::codec
