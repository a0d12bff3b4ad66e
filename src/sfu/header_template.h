// The RTP header that a consumer's packets have in common: fixed part and the header extensions
// that are ours (MID, abs-send-time, the transport-wide sequence number), composed once for the
// stream. For a packet it is copied, and the little that differs is written into the copy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/ortc/types.h"
#include "rtc/rtp/types.h"

namespace confab::sfu {

inline constexpr std::size_t kHeaderExtensions = 13;  // one past the highest HeaderExtension

// The ids of one side's negotiation, by what they mean; 0 where it was not negotiated.
struct ExtensionIds {
  std::array<std::uint8_t, kHeaderExtensions> ids{};

  std::uint8_t operator[](ortc::HeaderExtension which) const {
    return ids[static_cast<std::size_t>(which)];
  }
  static ExtensionIds of(const ortc::RtpParameters& parameters);
};

// What is written at the moment of sending.
struct SendStamp {
  std::array<std::uint8_t, 3> abs_send_time{};
  std::uint16_t transport_seq = 0;
};

class HeaderTemplate {
 public:
  HeaderTemplate() = default;
  // All ids must be below 15 and `mid` at most 16 bytes long (CHECKed), so that the one-byte form
  // of RFC 8285 §4.2 does.
  HeaderTemplate(rtp::Ssrc ssrc, std::uint8_t payload_type, const ExtensionIds& ids,
                 std::string_view mid);

  // The size of the header with more extension elements of `more_bytes` behind ours.
  std::size_t size(std::size_t more_bytes) const {
    const std::size_t elements = elements_ + more_bytes;
    return elements == 0 ? kFixedBytes : kElementsAt + (elements + 3) / 4 * 4;
  }
  // Copies the header to `out`, which is size(more_bytes) long, padding included, and stamps it.
  // Returns where the other elements go. Sequence number, timestamp and marker are the caller's.
  std::uint8_t* write(MutableBytes out, std::size_t more_bytes, const SendStamp& stamp) const;

 private:
  static constexpr std::size_t kFixedBytes = 12;
  static constexpr std::size_t kElementsAt = 16;  // behind the block's own header
  static constexpr std::size_t kMidMax = 16;
  static constexpr std::size_t kElementsMax = (1 + kMidMax) + (1 + 3) + (1 + 2);

  MutableBytes add(std::uint8_t id, std::size_t size);

  std::array<std::uint8_t, kElementsAt + kElementsMax> bytes_{};
  std::uint8_t elements_ = 0;          // their bytes, without padding
  std::uint8_t abs_send_time_at_ = 0;  // 0: not negotiated
  std::uint8_t transport_seq_at_ = 0;
};

}  // namespace confab::sfu
