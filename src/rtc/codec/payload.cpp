#include "rtc/codec/payload.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "rtc/codec/vp8.h"
#include "rtc/codec/vp9.h"

namespace confab::codec {
namespace {

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

template <typename Descriptor>
void note_picture_ids(const Descriptor& d, PayloadInfo& info) {
  info.picture_id = d.picture_id;
  info.tl0_pic_idx = d.tl0_pic_idx;
  // Within the first bytes of the descriptor.
  info.places = {.picture_id = static_cast<std::uint8_t>(d.picture_id_offset),
                 .tl0_pic_idx = static_cast<std::uint8_t>(d.tl0_pic_idx_offset),
                 .picture_id_is_long = d.picture_id_is_long};
}

std::optional<PayloadInfo> parse_vp8(ByteView payload) {
  const auto d = Vp8Descriptor::parse(payload);
  if (!d) return std::nullopt;
  PayloadInfo info;
  info.is_frame_start = d->is_partition_start && d->partition == 0;
  // RFC 7741 §4.3: the frame's first bit is 0 in a key frame.
  info.is_key_frame_start = info.is_frame_start && (payload[d->size] & 0x01) == 0;
  info.is_discardable = d->is_non_reference;
  info.is_switching_point = d->is_layer_sync || info.is_key_frame_start;
  info.temporal_layer = d->temporal_layer.value_or(0);
  note_picture_ids(*d, info);
  return info;
}

std::optional<PayloadInfo> parse_vp9(ByteView payload) {
  const auto d = Vp9Descriptor::parse(payload);
  if (!d) return std::nullopt;
  PayloadInfo info;
  info.is_frame_start = d->is_frame_start;
  info.is_frame_end = d->is_frame_end;
  info.is_key_frame_start = d->is_frame_start && !d->is_inter_predicted && d->spatial_layer == 0;
  info.is_switching_point = d->is_switching_up || info.is_key_frame_start;
  info.is_inter_layer = d->is_inter_layer;
  info.spatial_layer = d->spatial_layer;
  info.temporal_layer = d->temporal_layer;
  note_picture_ids(*d, info);
  return info;
}

// ---- H264 (RFC 6184 §5.4 to §5.8) ----

constexpr std::uint8_t kNalSps = 7;
constexpr std::uint8_t kNalStapA = 24;
constexpr std::uint8_t kNalFuA = 28;

constexpr std::uint8_t nal_type(std::uint8_t header) {
  return header & 0x1F;
}

// Whether a STAP-A holds a parameter set; absent if its sizes do not add up.
std::optional<bool> stap_has_sps(ByteView units) {
  bool has_sps = false;
  ByteReader reader(units);
  while (reader.remaining() > 0) {
    const ByteView unit = reader.bytes(reader.u16());
    if (!reader.ok() || unit.empty()) return std::nullopt;
    has_sps = has_sps || nal_type(unit[0]) == kNalSps;
  }
  return has_sps;
}

// A key frame starts with its sequence parameter set: browsers send it in front of every IDR
// picture, and an IDR slice without it is of no use to a decoder that has nothing.
std::optional<PayloadInfo> parse_h264(ByteView payload) {
  PayloadInfo info;
  // nal_ref_idc: 0 is no reference. In a STAP-A and a FU-A it is that of the units inside.
  info.is_discardable = (payload[0] & 0x60) == 0;
  switch (nal_type(payload[0])) {
    case kNalStapA: {
      const auto has_sps = stap_has_sps(payload.subspan(1));
      if (!has_sps) return std::nullopt;
      info.is_key_frame_start = *has_sps;
      break;
    }
    case kNalFuA:
      if (payload.size() < 3) return std::nullopt;
      info.is_key_frame_start = (payload[1] & 0x80) != 0 && nal_type(payload[1]) == kNalSps;
      break;
    default:
      info.is_key_frame_start = nal_type(payload[0]) == kNalSps;
  }
  info.is_frame_start = info.is_switching_point = info.is_key_frame_start;
  return info;
}

// ---- AV1 (AOM's RTP payload format §4.3, §4.4; AV1 bitstream §5.3) ----

constexpr std::uint8_t kObuSequenceHeader = 1;

// An unsigned number of up to 32 bits in groups of 7, lowest first.
std::optional<std::size_t> read_leb128(ByteReader& reader) {
  std::size_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const std::uint8_t byte = reader.u8();
    value |= std::size_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) == 0) return reader.ok() ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

void read_obu_header(ByteView obu, PayloadInfo& info) {
  const unsigned type = (obu[0] >> 3) & 0x0F;
  info.is_key_frame_start = info.is_key_frame_start || type == kObuSequenceHeader;
  if ((obu[0] & 0x04) != 0 && obu.size() > 1) {
    info.temporal_layer = static_cast<std::uint8_t>(obu[1] >> 5);
    info.spatial_layer = (obu[1] >> 3) & 0x03;
  }
}

// |Z|Y| W |N|-|-|-| then elements: each with its length in front, but with W > 0 not the last.
std::optional<PayloadInfo> parse_av1(ByteView payload) {
  ByteReader reader(payload);
  const std::uint8_t aggregation = reader.u8();
  const bool continues = (aggregation & 0x80) != 0;
  const unsigned elements = (aggregation >> 4) & 0x03;
  const bool new_sequence = (aggregation & 0x08) != 0;
  if (new_sequence && continues) return std::nullopt;  // the format forbids it

  PayloadInfo info;
  unsigned n = 0;
  while (reader.remaining() > 0) {
    ++n;
    std::size_t size = reader.remaining();
    if (n != elements) {
      const auto length = read_leb128(reader);
      if (!length) return std::nullopt;
      size = *length;
    }
    const ByteView obu = reader.bytes(size);
    if (!reader.ok()) return std::nullopt;
    const bool is_continuation = n == 1 && continues;
    if (!is_continuation && !obu.empty()) read_obu_header(obu, info);
  }
  if (n == 0 || (elements != 0 && n != elements)) return std::nullopt;
  info.is_key_frame_start = info.is_key_frame_start || new_sequence;
  info.is_frame_start = info.is_switching_point = info.is_key_frame_start;
  return info;
}

}  // namespace

Codec codec_from_mime_type(std::string_view mime_type) {
  struct Known {
    std::string_view mime_type;
    Codec codec;
  };
  static constexpr std::array<Known, 5> kKnown{{{"audio/opus", Codec::kOpus},
                                                {"video/vp8", Codec::kVp8},
                                                {"video/vp9", Codec::kVp9},
                                                {"video/h264", Codec::kH264},
                                                {"video/av1", Codec::kAv1}}};
  for (const Known& known : kKnown) {
    if (std::ranges::equal(mime_type, known.mime_type, {}, to_lower)) return known.codec;
  }
  return Codec::kOther;
}

std::optional<PayloadInfo> parse_payload(Codec codec, ByteView payload) {
  if (payload.empty()) return std::nullopt;
  switch (codec) {
    case Codec::kVp8:
      return parse_vp8(payload);
    case Codec::kVp9:
      return parse_vp9(payload);
    case Codec::kH264:
      return parse_h264(payload);
    case Codec::kAv1:
      return parse_av1(payload);
    case Codec::kOpus:
    case Codec::kOther:
      break;
  }
  return PayloadInfo{.is_key_frame_start = true,
                     .is_frame_start = true,
                     .is_frame_end = true,
                     .is_switching_point = true};
}

}  // namespace confab::codec
