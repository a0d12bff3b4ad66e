#include "rtc/codec/vp8.h"

namespace confab::codec {

std::optional<Vp8Descriptor> Vp8Descriptor::parse(ByteView payload) {
  ByteReader reader(payload);
  Vp8Descriptor d;
  const std::uint8_t first = reader.u8();
  d.is_non_reference = (first & 0x20) != 0;
  d.is_partition_start = (first & 0x10) != 0;
  d.partition = first & 0x07;
  const std::uint8_t extended = (first & 0x80) != 0 ? reader.u8() : std::uint8_t{0};
  if ((extended & 0x80) != 0) {
    d.picture_id_offset = reader.offset();
    const std::uint8_t high = reader.u8();
    d.picture_id_is_long = (high & 0x80) != 0;
    d.picture_id = d.picture_id_is_long
                       ? static_cast<std::uint16_t>(((high & 0x7F) << 8) | reader.u8())
                       : high;
  }
  if ((extended & 0x40) != 0) {
    d.tl0_pic_idx_offset = reader.offset();
    d.tl0_pic_idx = reader.u8();
  }
  if ((extended & 0x30) != 0) {
    const std::uint8_t layer = reader.u8();
    if ((extended & 0x20) != 0) {
      d.temporal_layer = static_cast<std::uint8_t>(layer >> 6);
      d.is_layer_sync = (layer & 0x20) != 0;
    }
  }
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  d.size = reader.offset();
  return d;
}

}  // namespace confab::codec
