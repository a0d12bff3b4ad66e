// Reading an RTP packet (RFC 3550 §5.1) with its header extensions (RFC 8285) without copying.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>

#include "base/bytes.h"
#include "rtc/rtp/types.h"

namespace confab::rtp {

inline constexpr std::size_t kFixedHeaderBytes = 12;

enum class RtpError : std::uint8_t {
  kTooShort,      // for the fixed header, the CSRCs or the extension block
  kBadVersion,    // not 2
  kBadPadding,    // longer than what follows the header, or zero
  kBadExtension,  // an id or a length that no form can carry
  kNoRoom,        // the output buffer or the extension set is full
  kEmptyRtx       // RTX without an original sequence number: a probe, nothing to repair
};

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
// |                           timestamp                           |
// |                             SSRC                              |
// |                        CSRCs (CC words)                       |
// |    0xBEDE or 0x100X           |        length in words        |
// |                 elements: id, length, data, 0-padding         |

// The fields that forwarding rewrites.
struct RtpHeader {
  bool marker = false;
  std::uint8_t payload_type = 0;  // 7 bits
  SeqNo seq;
  RtpTime timestamp;
  Ssrc ssrc;
};

// A parsed packet. Valid as long as the bytes it was parsed from.
class RtpPacketView {
 public:
  // Refuses what breaks RFC 3550's structure. An extension element that runs over its block ends
  // the list of elements, the packet stays good: that is what browsers do.
  static std::expected<RtpPacketView, RtpError> parse(ByteView packet);

  const RtpHeader& header() const { return header_; }
  bool marker() const { return header_.marker; }
  std::uint8_t payload_type() const { return header_.payload_type; }
  SeqNo seq() const { return header_.seq; }
  RtpTime timestamp() const { return header_.timestamp; }
  Ssrc ssrc() const { return header_.ssrc; }

  std::size_t csrc_count() const { return packet_[0] & 0x0F; }
  Ssrc csrc(std::size_t i) const { return {load_be32(&packet_[kFixedHeaderBytes + 4 * i])}; }

  // Without header, extensions and padding. Its place in the packet is header_size().
  ByteView payload() const { return packet_.subspan(header_size_, payload_size_); }
  std::size_t header_size() const { return header_size_; }
  std::size_t padding_size() const { return packet_.size() - header_size_ - payload_size_; }
  ByteView bytes() const { return packet_; }

  // The element's data, by the id that was negotiated (1 to 14, or to 255 in the two-byte form);
  // absent if the packet does not have it. The last one counts where an id is repeated.
  std::optional<ByteView> extension(std::uint8_t id) const;

 private:
  struct Element {
    std::uint16_t offset = 0;  // 0: not there
    std::uint8_t size = 0;
  };
  // What browsers negotiate stands below 16; higher ids are looked for in the block again.
  static constexpr std::size_t kIndexed = 16;

  void index_extensions();
  template <typename Visit>
  void for_each_element(Visit&& visit) const;

  ByteView packet_;
  RtpHeader header_;
  std::size_t header_size_ = 0;
  std::size_t payload_size_ = 0;
  std::uint16_t extension_profile_ = 0;
  std::uint16_t extension_offset_ = 0;
  std::uint16_t extension_size_ = 0;
  std::array<Element, kIndexed> elements_{};
};

}  // namespace confab::rtp
