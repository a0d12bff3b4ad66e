// What a router offers, from the configured codecs alone: every node with the same configuration
// gives out the same payload types and extension ids.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "rtc/ortc/types.h"

namespace confab::ortc {

struct RouterCodec {
  std::string mime_type;  // "video/VP8"; one of those listed in router_capabilities.cpp
  std::uint32_t clock_rate = 90000;
  std::uint8_t channels = 1;  // audio only
  // Laid over the codec's own (H264: packetization-mode, profile-level-id).
  Parameters parameters;
  bool operator==(const RouterCodec&) const = default;
};
// In the order of preference. Each video codec is offered with RTX.
using RouterCodecs = std::vector<RouterCodec>;

// opus, VP8, H264 constrained baseline, VP9 profile 0, AV1.
RouterCodecs default_router_codecs();

// kUnsupported for a codec we do not know, kConflict for one named twice, kTooLarge when the
// dynamic payload types run out.
Result<RtpCapabilities> router_capabilities(const RouterCodecs& codecs);

}  // namespace confab::ortc
