// One packet on its way from a Source to its Consumers: the shared bytes and what was learned of
// them once for everybody.
#pragma once

#include <cstdint>

#include "base/packet.h"
#include "rtc/codec/payload.h"
#include "rtc/rtp/types.h"
#include "sfu/packet_notes.h"

namespace confab::sfu {

// Which of a producer's streams a packet is of. The epoch tells a stream from its predecessor when
// the publisher began anew with another SSRC.
struct SourceId {
  std::uint8_t encoding = 0;
  std::uint32_t epoch = 0;
  bool operator==(const SourceId&) const = default;
};

// What was learned of a packet. Plain values: they cross to another shard as they are.
struct MediaFacts {
  SourceId source;
  std::int64_t seq = 0;  // unwrapped, of this source
  rtp::RtpTime timestamp;
  bool is_newest = false;         // nothing later of this source has come yet
  std::uint8_t payload_type = 0;  // the router's
  codec::PayloadInfo info;
  PacketNotes notes;
};

// Lives for the duration of the fan-out.
struct MediaPacket : MediaFacts {
  // Writes the notes beside the bytes, where they stay as long as anybody holds the packet.
  MediaPacket(const MediaFacts& facts, PacketRef& shared) : MediaFacts(facts), packet(shared) {
    shared.write_notes(facts.notes);
  }

  const PacketRef& packet;
};

}  // namespace confab::sfu
