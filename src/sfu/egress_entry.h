// What a consumer hands to the egress queue: a shared packet and how this receiver is to see it.
// The bytes are only written when the packet leaves (egress_writer.h). There is one entry for each
// packet and receiver, so it is small: what is the same for all receivers stands in the packet's
// notes, what is the same for all packets of a receiver in its EgressStream.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/packet.h"
#include "rtc/rtp/types.h"
#include "sfu/header_template.h"
#include "sfu/packet_notes.h"

namespace confab::sfu {

// What is the same for every packet of one consumer. Owned by the consumer; its entries are purged
// from the queue before it goes.
struct EgressStream {
  std::uint32_t number = 0;  // unique within its transport; the RTX stream's is number + 1
  rtp::Ssrc ssrc;
  rtp::Ssrc rtx_ssrc;  // 0: no RTX
  std::uint8_t payload_type = 0;
  std::uint8_t rtx_payload_type = 0;
  bool is_audio = false;
  bool is_layered = false;  // an Allotment says how much of its track is sent
  ExtensionIds extensions;
  HeaderTemplate header;  // of the media; what RTX has otherwise is written over it

  bool has_rtx() const { return rtx_ssrc.value != 0; }
};

struct EgressEntry {
  PacketRef packet;
  const EgressStream* stream = nullptr;
  rtp::RtpTime timestamp;
  rtp::SeqNo seq;
  rtp::SeqNo rtx_seq;  // of the RTX stream, if is_rtx
  std::uint16_t picture_id = 0;
  std::uint16_t size = 0;  // of the RTP packet, without padding; Egress's
  std::uint8_t tl0_pic_idx = 0;
  bool is_rtx = false;
  // Nothing but so much padding, on the RTX stream: a part of a burst that probes the link.
  std::uint8_t padding = 0;

  const PacketNotes& notes() const { return packet.notes<PacketNotes>(); }
  ByteView payload() const {
    return packet.view().subspan(notes().payload_offset, notes().payload_size);
  }
  std::uint32_t stream_number() const { return stream->number + (is_rtx ? 1U : 0U); }
};
static_assert(sizeof(EgressEntry) == 32);

}  // namespace confab::sfu
