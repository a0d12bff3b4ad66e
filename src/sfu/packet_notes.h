// What sending a packet on takes to know of it that is the same for all receivers. Stands beside
// its bytes (PacketRef::notes), so that queues and histories hold no copies of it.
#pragma once

#include <array>
#include <cstdint>

#include "base/packet.h"
#include "rtc/codec/payload.h"
#include "rtc/ortc/header_extension.h"

namespace confab::sfu {

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

struct PacketNotes {
  std::uint16_t payload_offset = 0;
  std::uint16_t payload_size = 0;
  CopiedExtensions extensions;
  codec::PictureIdPlaces picture_ids;
  bool marker = false;
};

}  // namespace confab::sfu
