// A short name for capabilities, so that what a receiver can decode is sent once and referred to
// afterwards. The same on every machine and in every build.
#pragma once

#include <cstdint>

#include "rtc/ortc/types.h"

namespace confab::ortc {

using CapabilitiesHash = std::uint64_t;

// Equal for equal capabilities. Not for security: somebody can make two that collide, and harms
// only what he receives himself.
CapabilitiesHash capabilities_hash(const RtpCapabilities& capabilities);

}  // namespace confab::ortc
