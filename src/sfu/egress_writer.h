// Writes a queued packet as its receiver is to see it: own header, own extensions, the shared
// payload with rewritten picture ids, padding. What depends on the moment of sending
// (abs-send-time, the transport-wide sequence number) is written here, in wire order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "sfu/egress_entry.h"

namespace confab::sfu {

// The size of the RTP packet that write_entry makes, without padding but its own, and before
// protection.
std::size_t entry_size(const EgressEntry& entry);

// Writes the RTP packet. `out` must hold entry_size(entry) + more_padding. Returns the size.
std::size_t write_entry(MutableBytes out, const EgressEntry& entry, std::uint8_t more_padding,
                        const SendStamp& stamp);

}  // namespace confab::sfu
