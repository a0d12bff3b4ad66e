// What a consumer hands to the egress queue: a shared packet and how this receiver is to see it.
// The bytes are only written when the packet leaves (egress_writer.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/packet.h"
#include "rtc/codec/payload.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/rtp/types.h"

namespace confab::sfu {

inline constexpr std::size_t kHeaderExtensions = 12;  // one past the highest HeaderExtension

// The ids of one side's negotiation, by what they mean; 0 where it was not negotiated.
struct ExtensionIds {
  std::array<std::uint8_t, kHeaderExtensions> ids{};

  std::uint8_t operator[](ortc::HeaderExtension which) const {
    return ids[static_cast<std::size_t>(which)];
  }
  static ExtensionIds of(const ortc::RtpParameters& parameters);
};

// Header extensions that travel from the publisher to the subscribers as they are: where their
// values stand in the shared packet.
struct CopiedExtensions {
  struct Item {
    ortc::HeaderExtension which{};
    std::uint8_t size = 0;
    std::uint16_t offset = 0;
  };
  std::array<Item, 4> items{};
  std::uint8_t count = 0;
};

// What is the same for every packet of one consumer. Owned by the consumer; its entries are purged
// from the queue before it goes.
struct EgressStream {
  std::uint32_t number = 0;  // unique within its transport; the RTX stream's is number + 1
  rtp::Ssrc ssrc;
  rtp::Ssrc rtx_ssrc;  // 0: no RTX
  std::uint8_t payload_type = 0;
  std::uint8_t rtx_payload_type = 0;
  codec::Codec codec = codec::Codec::kOther;
  bool is_audio = false;
  ExtensionIds extensions;
  std::array<char, 16> mid{};
  std::uint8_t mid_size = 0;

  bool has_rtx() const { return rtx_ssrc.value != 0; }
  std::string_view mid_view() const { return {mid.data(), mid_size}; }
};

struct EgressEntry {
  PacketRef packet;
  const EgressStream* stream = nullptr;
  rtp::RtpTime timestamp;
  rtp::SeqNo seq;
  rtp::SeqNo rtx_seq;  // of the RTX stream, if is_rtx
  std::uint16_t payload_offset = 0;
  std::uint16_t payload_size = 0;
  std::uint16_t picture_id = 0;
  std::uint8_t tl0_pic_idx = 0;
  bool rewrites_picture_ids = false;
  bool is_rtx = false;
  bool marker = false;
  CopiedExtensions extensions;

  ByteView payload() const { return packet.view().subspan(payload_offset, payload_size); }
  std::uint32_t stream_number() const { return stream->number + (is_rtx ? 1U : 0U); }
};

}  // namespace confab::sfu
