#include "rtc/rtp/packet_writer.h"

#include <cstring>

#include "base/check.h"

namespace confab::rtp {
namespace {

constexpr std::size_t kBlockHeaderBytes = 4;
constexpr std::size_t kRtxHeaderBytes = 2;

constexpr std::size_t round_to_words(std::size_t n) {
  return (n + 3) & ~std::size_t{3};
}

void write_fixed_header(std::uint8_t* out, const RtpHeader& header, bool has_extensions,
                        bool has_padding) {
  out[0] = static_cast<std::uint8_t>(0x80 | (has_padding ? 0x20 : 0) | (has_extensions ? 0x10 : 0));
  out[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7F));
  store_be16(out + 2, header.seq.value);
  store_be32(out + 4, header.timestamp.value);
  store_be32(out + 8, header.ssrc.value);
}

// RFC 3550 §5.1: zeros, and in the last byte how many bytes of padding there are.
void write_padding(std::uint8_t* out, std::uint8_t padding_bytes) {
  if (padding_bytes == 0) return;
  std::memset(out, 0, padding_bytes - 1U);
  out[padding_bytes - 1] = padding_bytes;
}

}  // namespace

bool ExtensionSet::add(std::uint8_t id, ByteView value) {
  if (id == 0 || value.size() > UINT8_MAX || count_ == kElementsMax ||
      value.size() > kBytesMax - used_) {
    return false;
  }
  elements_[count_++] = {id, static_cast<std::uint8_t>(value.size())};
  if (!value.empty()) std::memcpy(&bytes_[used_], value.data(), value.size());
  used_ = static_cast<std::uint16_t>(used_ + value.size());
  two_byte_ = two_byte_ || id > 14 || value.empty() || value.size() > 16;
  return true;
}

void ExtensionSet::clear() {
  used_ = 0;
  count_ = 0;
  two_byte_ = false;
}

std::size_t ExtensionSet::encoded_size() const {
  if (count_ == 0) return 0;
  const std::size_t element_headers = std::size_t{count_} * (two_byte_ ? 2 : 1);
  return kBlockHeaderBytes + round_to_words(element_headers + used_);
}

void ExtensionSet::encode(MutableBytes out) const {
  DCHECK(out.size() == encoded_size());
  if (count_ == 0) return;
  ByteWriter writer(out);
  writer.u16(two_byte_ ? 0x1000 : 0xBEDE);
  writer.u16(static_cast<std::uint16_t>((out.size() - kBlockHeaderBytes) / 4));
  std::size_t at = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const auto [id, size] = elements_[i];
    if (two_byte_) {
      writer.u8(id);
      writer.u8(size);
    } else {
      writer.u8(static_cast<std::uint8_t>((id << 4) | (size - 1)));
    }
    writer.bytes(ByteView(bytes_).subspan(at, size));
    at += size;
  }
  writer.zeros(writer.remaining());
}

namespace {

// `prefix` is what the payload begins with that is not part of the shared bytes.
std::expected<WrittenPacket, RtpError> write_packet(MutableBytes out, const RtpHeader& header,
                                                    const ExtensionSet& extensions, ByteView prefix,
                                                    ByteView payload, std::uint8_t padding_bytes) {
  const std::size_t extension_bytes = extensions.encoded_size();
  const std::size_t size =
      rtp_packet_size(extension_bytes, prefix.size() + payload.size(), padding_bytes);
  if (size > out.size()) return std::unexpected(RtpError::kNoRoom);
  write_fixed_header(out.data(), header, extension_bytes > 0, padding_bytes > 0);
  extensions.encode(out.subspan(kFixedHeaderBytes, extension_bytes));
  std::size_t at = kFixedHeaderBytes + extension_bytes;
  for (const ByteView part : {prefix, payload}) {
    if (!part.empty()) std::memcpy(&out[at], part.data(), part.size());
    at += part.size();
  }
  write_padding(out.data() + at, padding_bytes);
  return WrittenPacket{size, at - payload.size()};
}

}  // namespace

std::expected<WrittenPacket, RtpError> write_rtp_packet(MutableBytes out, const RtpHeader& header,
                                                        const ExtensionSet& extensions,
                                                        ByteView payload,
                                                        std::uint8_t padding_bytes) {
  return write_packet(out, header, extensions, {}, payload, padding_bytes);
}

std::expected<WrittenPacket, RtpError> write_rtx_packet(MutableBytes out, const RtpHeader& header,
                                                        const ExtensionSet& extensions,
                                                        SeqNo original_seq, ByteView payload,
                                                        std::uint8_t padding_bytes) {
  std::array<std::uint8_t, kRtxHeaderBytes> prefix;
  store_be16(prefix.data(), original_seq.value);
  return write_packet(out, header, extensions, prefix, payload, padding_bytes);
}

std::expected<std::size_t, RtpError> unwrap_rtx(MutableBytes packet, Ssrc media_ssrc,
                                                std::uint8_t media_payload_type) {
  const auto view = RtpPacketView::parse(packet);
  if (!view) return std::unexpected(view.error());
  if (view->payload().size() < kRtxHeaderBytes) return std::unexpected(RtpError::kEmptyRtx);
  const std::size_t payload_at = view->header_size();
  const std::uint16_t original_seq = load_be16(&packet[payload_at]);
  packet[1] = static_cast<std::uint8_t>((packet[1] & 0x80) | (media_payload_type & 0x7F));
  store_be16(&packet[2], original_seq);
  store_be32(&packet[8], media_ssrc.value);
  std::memmove(packet.data() + payload_at, packet.data() + payload_at + kRtxHeaderBytes,
               packet.size() - payload_at - kRtxHeaderBytes);
  return packet.size() - kRtxHeaderBytes;
}

}  // namespace confab::rtp
