// What parsing and building share: the two sums at the end of a message. Inside rtc/stun only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "rtc/stun/integrity_key.h"

namespace confab::stun {

inline constexpr std::size_t kAttributeHeaderBytes = 4;

// Values are padded to 32 bits (RFC 8489 §14); the length field does not count the padding.
constexpr std::size_t padded(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

// The FINGERPRINT of a message whose bytes before that attribute are these and whose length field
// already counts it (RFC 8489 §14.7): CRC-32 (ITU V.42) xor "STUN".
std::uint32_t fingerprint_of(ByteView before);

// The MESSAGE-INTEGRITY of a message whose bytes before that attribute are these. The length is
// taken to end with the attribute, whatever the header says (RFC 8489 §14.5).
Integrity integrity_of(ByteView before, const IntegrityKey& key);

}  // namespace confab::stun
