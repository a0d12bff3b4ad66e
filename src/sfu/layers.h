// How much of a source a receiver is sent: the stream (RID) and the frame rate within it.
#pragma once

#include <array>
#include <cstdint>

#include "base/limits.h"
#include "control/quality.h"

namespace confab::sfu {

struct Layers {
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
  bool operator==(const Layers&) const = default;
};

// VP8 and H264 make three at most; the fourth is AV1's.
inline constexpr std::size_t kTemporalLayers = 4;
inline constexpr Layers kAllLayers{limits::kEncodingsPerProducer - 1, kTemporalLayers - 1};

// Bits per second on the wire of each stream with its temporal layers up to this one; 0: none came.
using LayerBps =
    std::array<std::array<std::uint32_t, kTemporalLayers>, limits::kEncodingsPerProducer>;

using control::LayerReason;

}  // namespace confab::sfu
