#include "sim/synthetic_media.h"

#include "base/check.h"

namespace confab::sim {
namespace {

// RFC 7741 §4.2: X and S; I, L and T; 15 bits of picture id; TL0PICIDX; TID with Y.
constexpr std::size_t kVp8DescriptorBytes = 6;
// RFC 6386 §9.1: frame tag, start code, dimensions.
constexpr std::size_t kVp8FrameHeaderBytes = 10;
constexpr std::uint32_t kMagic = 0x73796E74;
constexpr std::size_t kTagBytes = 16;

// RFC 6184 §5.3: nal_ref_idc 2 or 3, and the type.
constexpr std::uint8_t kStapA = 0x58;
constexpr std::uint8_t kKeySlice = 0x65;
constexpr std::uint8_t kSlice = 0x41;
constexpr std::array<std::uint8_t, 4> kSps = {0x67, 0x42, 0xE0, 0x1F};
constexpr std::array<std::uint8_t, 2> kPps = {0x68, 0xCE};
// What stands before the slice in the first packet of a key frame: the aggregation's header, the
// sets, and a length before each of the three.
constexpr std::size_t kSetsBytes = 1 + 2 + kSps.size() + 2 + kPps.size() + 2;

std::uint8_t filler(const MediaTag& tag, std::size_t at) {
  std::uint32_t x = tag.stream * 2654435761U ^ tag.frame * 40503U ^ tag.index * 97U;
  x ^= static_cast<std::uint32_t>(at) * 2246822519U;
  return static_cast<std::uint8_t>((x ^ (x >> 15)) >> 3);
}

void write_tagged(MutableBytes out, const MediaTag& tag) {
  ByteWriter writer(out);
  writer.u32(kMagic);
  writer.u32(tag.stream);
  writer.u32(tag.frame);
  writer.u16(tag.index);
  writer.u16(tag.count);
  CHECK(writer.ok());
  for (std::size_t i = kTagBytes; i < out.size(); ++i) out[i] = filler(tag, i);
}

std::optional<MediaTag> read_tagged(ByteView in) {
  ByteReader reader(in);
  if (reader.u32() != kMagic) return std::nullopt;
  MediaTag tag;
  tag.stream = reader.u32();
  tag.frame = reader.u32();
  tag.index = reader.u16();
  tag.count = reader.u16();
  if (!reader.ok()) return std::nullopt;
  for (std::size_t i = kTagBytes; i < in.size(); ++i) {
    if (in[i] != filler(tag, i)) return std::nullopt;
  }
  return tag;
}

}  // namespace

void write_vp8(MutableBytes out, const MediaTag& tag, const Vp8Fields& fields) {
  CHECK(out.size() >= kMediaBytesMin);
  const bool starts = tag.index == 0;
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(0x80 | (starts ? 0x10 : 0)));
  writer.u8(0xE0);
  writer.u16(static_cast<std::uint16_t>(0x8000 | fields.picture_id));
  writer.u8(fields.tl0_pic_idx);
  writer.u8(static_cast<std::uint8_t>((fields.temporal << 6) | (fields.is_layer_sync ? 0x20 : 0)));
  if (starts) {
    writer.u8(fields.is_key_frame ? 0x10 : 0x11);  // P = 0 is a key frame; shown
    writer.zeros(2);
    writer.u24(0x9D012A);
    writer.u32(0x80026801);  // 640 x 360, little-endian
  }
  for (const std::uint32_t reference : fields.references) writer.u32(reference);
  write_tagged(out.subspan(writer.size()), tag);
}

std::optional<Vp8Payload> read_vp8(ByteView payload) {
  if (payload.size() < kMediaBytesMin || (payload[0] & 0xEF) != 0x80 || payload[1] != 0xE0) {
    return std::nullopt;
  }
  Vp8Payload out;
  out.fields.picture_id = load_be16(&payload[2]) & 0x7FFF;
  out.fields.tl0_pic_idx = payload[4];
  const bool starts = (payload[0] & 0x10) != 0;
  if (starts) out.fields.is_key_frame = (payload[kVp8DescriptorBytes] & 1) == 0;
  out.fields.temporal = payload[5] >> 6;
  out.fields.is_layer_sync = (payload[5] & 0x20) != 0;
  std::size_t at = kVp8DescriptorBytes + (starts ? kVp8FrameHeaderBytes : 0);
  for (std::uint32_t& reference : out.fields.references) {
    reference = load_be32(&payload[at]);
    at += 4;
  }
  const auto tag = read_tagged(payload.subspan(at));
  if (!tag || starts != (tag->index == 0)) return std::nullopt;
  out.tag = *tag;
  return out;
}

void write_h264(MutableBytes out, const MediaTag& tag, const Vp8Fields& fields) {
  CHECK(out.size() >= kMediaBytesMin);
  ByteWriter writer(out);
  if (fields.is_key_frame && tag.index == 0) {
    writer.u8(kStapA);
    writer.u16(kSps.size());
    writer.bytes(kSps);
    writer.u16(kPps.size());
    writer.bytes(kPps);
    writer.u16(static_cast<std::uint16_t>(out.size() - kSetsBytes));
  }
  writer.u8(fields.is_key_frame ? kKeySlice : kSlice);
  for (const std::uint32_t reference : fields.references) writer.u32(reference);
  write_tagged(out.subspan(writer.size()), tag);
}

std::optional<Vp8Payload> read_h264(ByteView payload) {
  if (payload.size() < kMediaBytesMin) return std::nullopt;
  std::size_t at = payload[0] == kStapA ? kSetsBytes : 0;
  const bool is_key = payload[at] == kKeySlice;
  if (!is_key && payload[at] != kSlice) return std::nullopt;
  Vp8Payload out;
  out.fields.is_key_frame = is_key;
  ++at;
  for (std::uint32_t& reference : out.fields.references) {
    reference = load_be32(&payload[at]);
    at += 4;
  }
  const auto tag = read_tagged(payload.subspan(at));
  if (!tag || (payload[0] == kStapA) != (is_key && tag->index == 0)) return std::nullopt;
  out.tag = *tag;
  return out;
}

std::optional<Vp8Payload> read_video(ByteView payload) {
  if (const auto vp8 = read_vp8(payload)) return vp8;
  return read_h264(payload);
}

void write_opus(MutableBytes out, const MediaTag& tag) {
  CHECK(out.size() >= kMediaBytesMin);
  out[0] = 0x78;  // RFC 6716 §3.1: CELT, 20 ms, mono
  write_tagged(out.subspan(1), tag);
}

std::optional<MediaTag> read_opus(ByteView payload) {
  if (payload.size() < kMediaBytesMin || payload[0] != 0x78) return std::nullopt;
  return read_tagged(payload.subspan(1));
}

}  // namespace confab::sim
