#include "rtc/rtp/packet.h"

namespace confab::rtp {
namespace {

// RFC 8285 §4.2 and §4.3. The low four bits of the two-byte profile are the application's.
constexpr std::uint16_t kOneByteProfile = 0xBEDE;
constexpr bool is_two_byte_profile(std::uint16_t profile) {
  return (profile & 0xFFF0U) == 0x1000;
}

}  // namespace

std::expected<RtpPacketView, RtpError> RtpPacketView::parse(ByteView packet) {
  if (packet.size() < kFixedHeaderBytes || packet.size() > UINT16_MAX) {
    return std::unexpected(RtpError::kTooShort);
  }
  if ((packet[0] >> 6) != 2) return std::unexpected(RtpError::kBadVersion);
  RtpPacketView view;
  view.packet_ = packet;
  view.header_ = {.marker = (packet[1] & 0x80) != 0,
                  .payload_type = static_cast<std::uint8_t>(packet[1] & 0x7F),
                  .seq = {load_be16(&packet[2])},
                  .timestamp = {load_be32(&packet[4])},
                  .ssrc = {load_be32(&packet[8])}};
  std::size_t at = kFixedHeaderBytes + 4 * view.csrc_count();
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < at + 4) return std::unexpected(RtpError::kTooShort);
    view.extension_profile_ = load_be16(&packet[at]);
    const std::size_t size = std::size_t{4} * load_be16(&packet[at + 2]);
    at += 4;
    if (packet.size() < at + size) return std::unexpected(RtpError::kTooShort);
    view.extension_offset_ = static_cast<std::uint16_t>(at);
    view.extension_size_ = static_cast<std::uint16_t>(size);
    at += size;
  }
  if (packet.size() < at) return std::unexpected(RtpError::kTooShort);
  std::size_t padding = 0;
  if ((packet[0] & 0x20) != 0) {
    padding = packet.back();
    if (padding == 0 || padding > packet.size() - at) {
      return std::unexpected(RtpError::kBadPadding);
    }
  }
  view.header_size_ = at;
  view.payload_size_ = packet.size() - at - padding;
  view.index_extensions();
  return view;
}

template <typename Visit>
void RtpPacketView::for_each_element(Visit&& visit) const {
  const bool one_byte = extension_profile_ == kOneByteProfile;
  if (!one_byte && !is_two_byte_profile(extension_profile_)) return;
  std::size_t at = extension_offset_;
  const std::size_t end = at + extension_size_;
  while (at < end) {
    if (packet_[at] == 0) {  // padding between elements, one byte in either form
      ++at;
      continue;
    }
    std::uint8_t id = packet_[at];
    std::size_t size = 0;
    if (one_byte) {
      size = (id & 0x0FU) + 1U;
      id >>= 4;
      // RFC 8285 §4.2: 15 ends the list, and so does 0 with a length.
      if (id == 15 || id == 0) return;
      at += 1;
    } else {
      if (end - at < 2) return;
      size = packet_[at + 1];
      at += 2;
    }
    if (size > end - at) return;
    if (id != 0) visit(id, static_cast<std::uint16_t>(at), static_cast<std::uint8_t>(size));
    at += size;
  }
}

void RtpPacketView::index_extensions() {
  for_each_element([this](std::uint8_t id, std::uint16_t offset, std::uint8_t size) {
    if (id < kIndexed) elements_[id] = {offset, size};
  });
}

std::optional<ByteView> RtpPacketView::extension(std::uint8_t id) const {
  Element found;
  if (id < kIndexed) {
    found = elements_[id];
  } else {
    for_each_element([&](std::uint8_t other, std::uint16_t offset, std::uint8_t size) {
      if (other == id) found = {offset, size};
    });
  }
  if (found.offset == 0) return std::nullopt;
  return packet_.subspan(found.offset, found.size);
}

}  // namespace confab::rtp
