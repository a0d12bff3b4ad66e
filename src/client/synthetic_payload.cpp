#include "client/synthetic_payload.h"

#include <algorithm>

namespace confab::client {
namespace {

constexpr std::uint64_t kStampMark = 0x636f6e6661623130;  // "confab10"
// RFC 6716 §3.1: CELT full band, 20 ms, mono, one frame.
constexpr std::uint8_t kOpusToc = 0xF8;
constexpr std::uint8_t kFilling = 0xA5;
constexpr std::uint16_t kWidth = 640;
constexpr std::uint16_t kHeight = 360;

// RFC 7741 §4.2
//       0 1 2 3 4 5 6 7
//      |X|R|N|S|R| PID |
//   X: |I|L|T|K| RSV   |
//   I: |M| PictureID   |  7 more bits of it when M is set
//   L: |   TL0PICIDX   |
//   T: |TID|Y| KEYIDX  |
void write_vp8_descriptor(ByteWriter& out, const SyntheticPayload& payload) {
  out.u8(payload.is_frame_start ? 0x90 : 0x80);
  out.u8(0xE0);
  out.u16(static_cast<std::uint16_t>(0x8000 | (payload.picture_id & 0x7FFF)));
  out.u8(payload.tl0_pic_idx);
  out.u8(0);
}

// RFC 6386 §9.1: the frame tag, in a key frame with start code and dimensions (little endian).
void write_vp8_frame_header(ByteWriter& out, const SyntheticPayload& payload) {
  constexpr std::uint8_t kShowFrame = 0x10;
  out.u8(payload.is_key_frame ? kShowFrame : kShowFrame | 0x01);
  out.u16(0);
  if (!payload.is_key_frame) return;
  out.u24(0x9D012A);
  for (const std::uint16_t size : {kWidth, kHeight}) {
    out.u8(static_cast<std::uint8_t>(size));
    out.u8(static_cast<std::uint8_t>(size >> 8));
  }
}

}  // namespace

bool write_payload(MutableBytes out, const SyntheticPayload& payload) {
  const std::size_t least = payload.is_video ? kVp8PayloadBytesMin : kOpusPayloadBytesMin;
  if (payload.size < least || out.size() < payload.size) return false;
  ByteWriter writer(out.first(payload.size));
  if (payload.is_video) {
    write_vp8_descriptor(writer, payload);
    if (payload.is_frame_start) write_vp8_frame_header(writer, payload);
  } else {
    writer.u8(kOpusToc);
  }
  const std::size_t filling = writer.remaining() - kStampBytes;
  std::fill_n(&out[writer.size()], filling, kFilling);
  store_be64(&out[payload.size - kStampBytes], kStampMark);
  store_be64(&out[payload.size - kStampBytes / 2],
             static_cast<std::uint64_t>(payload.stamp.time_since_epoch().count()));
  return true;
}

std::optional<Instant> read_stamp(ByteView payload) {
  if (payload.size() < kStampBytes) return std::nullopt;
  const ByteView stamp = payload.last(kStampBytes);
  if (load_be64(stamp.data()) != kStampMark) return std::nullopt;
  return Instant(Duration(static_cast<std::int64_t>(load_be64(&stamp[8]))));
}

}  // namespace confab::client
