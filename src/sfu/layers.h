// How much of a source a receiver is sent: the stream (RID) and the frame rate within it.
#pragma once

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

}  // namespace confab::sfu
