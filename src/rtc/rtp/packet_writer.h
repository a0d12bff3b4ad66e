// Composing an RTP packet for one receiver: its own header, its own extensions, a shared payload.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "rtc/rtp/packet.h"
#include "rtc/rtp/types.h"

namespace confab::rtp {

// The header extensions of one packet, values copied in. Written in the one-byte form, or in the
// two-byte form when an element needs it (RFC 8285 §4.2: id above 14, or a length of 0 or over 16);
// a receiver takes the latter only if extmap-allow-mixed was negotiated (RFC 8285 §6).
class ExtensionSet {
 public:
  static constexpr std::size_t kElementsMax = 16;
  static constexpr std::size_t kBytesMax = 256;

  // False when there is no room, the id is 0 or the value is over 255 bytes: nothing was added.
  // An id must be added once.
  bool add(std::uint8_t id, ByteView value);
  void clear();
  bool empty() const { return count_ == 0; }
  bool needs_two_byte_form() const { return two_byte_; }
  // The bytes it takes in the packet, the block's own header and padding included; 0 when empty.
  std::size_t encoded_size() const;
  // Writes the block; `out` is encoded_size() bytes long.
  void encode(MutableBytes out) const;

 private:
  struct Element {
    std::uint8_t id;
    std::uint8_t size;
  };
  // Left uninitialised on purpose: made per packet, and only the first count_/used_ are read.
  std::array<Element, kElementsMax> elements_;
  std::array<std::uint8_t, kBytesMax> bytes_;
  std::uint16_t used_ = 0;
  std::uint8_t count_ = 0;
  bool two_byte_ = false;
};

struct WrittenPacket {
  std::size_t size = 0;
  std::size_t payload_offset = 0;  // for RTX: behind the original sequence number
};

// What the packet will measure. Padding is 0 to 255 bytes, its length byte included.
constexpr std::size_t rtp_packet_size(std::size_t extension_bytes, std::size_t payload_bytes,
                                      std::size_t padding_bytes) {
  return kFixedHeaderBytes + extension_bytes + payload_bytes + padding_bytes;
}

// Writes a whole packet. kNoRoom if `out` is too small, and then `out` is unspecified.
std::expected<WrittenPacket, RtpError> write_rtp_packet(MutableBytes out, const RtpHeader& header,
                                                        const ExtensionSet& extensions,
                                                        ByteView payload,
                                                        std::uint8_t padding_bytes = 0);

// The same for a retransmission (RFC 4588 §4): the header is the RTX stream's, the payload starts
// with the original sequence number.
std::expected<WrittenPacket, RtpError> write_rtx_packet(MutableBytes out, const RtpHeader& header,
                                                        const ExtensionSet& extensions,
                                                        SeqNo original_seq, ByteView payload,
                                                        std::uint8_t padding_bytes = 0);

// Turns a received RTX packet into the packet it repeats, in place: SSRC and payload type as given,
// sequence number from the payload. Returns the new size (two bytes less). kEmptyRtx: a probe.
std::expected<std::size_t, RtpError> unwrap_rtx(MutableBytes packet, Ssrc media_ssrc,
                                                std::uint8_t media_payload_type);

}  // namespace confab::rtp
