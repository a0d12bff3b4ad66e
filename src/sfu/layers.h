// How much of a source a receiver is sent: the stream (RID) and the frame rate within it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace confab::sfu {

struct Layers {
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
  bool operator==(const Layers&) const = default;
};

// VP8 makes three at the most; the fourth is AV1's.
inline constexpr std::size_t kTemporalLayers = 4;
inline constexpr Layers kAllLayers{limits::kEncodingsPerProducer - 1, kTemporalLayers - 1};

// A set of a track's encodings: bit i is encoding i (limits::kEncodingsPerProducer).
using LayerMask = std::uint8_t;
constexpr LayerMask layer_bit(std::uint8_t encoding) {
  return static_cast<LayerMask>(1U << encoding);
}

// Bits per second on a receiver's link of each stream with its temporal layers up to this one; 0:
// none came.
using LayerBps =
    std::array<std::array<std::uint32_t, kTemporalLayers>, limits::kEncodingsPerProducer>;

}  // namespace confab::sfu
