// What a publisher says its layers are made of (video-layers-allocation00 of webrtc.org): for each
// stream and spatial layer that is on, the rate its encoder aims at, and the size of its pictures.
// It comes with key frames and whenever it changes, before the packets that it speaks of.
// https://webrtc.googlesource.com/src/+/main/docs/native-code/rtp-hdrext/video-layers-allocation00
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace confab::rtp {

struct LayersAllocation {
  static constexpr std::size_t kStreams = 4;
  static constexpr std::size_t kSpatialLayers = 4;
  static constexpr std::size_t kTemporalLayers = 4;

  struct SpatialLayer {
    std::uint8_t temporal_layers = 0;  // 0: it is off
    // kbit/s of payload, of each temporal layer with those below it.
    std::array<std::uint32_t, kTemporalLayers> target_kbps{};
    // 0: not said. Pixels, and frames a second at the most.
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    std::uint8_t frame_rate = 0;

    bool operator==(const SpatialLayer&) const = default;
  };
  using Stream = std::array<SpatialLayer, kSpatialLayers>;

  std::uint8_t stream = 0;   // the one it came with
  std::uint8_t streams = 1;  // how many there are, those that are off too
  std::array<Stream, kStreams> layers{};

  bool operator==(const LayersAllocation&) const = default;
};

// Nothing if it is not exactly one of these: cut off, or with bytes behind it.
std::optional<LayersAllocation> parse_layers_allocation(ByteView data);

// Header, 2 bytes of masks, 4 of temporal layers, 64 rates of 5 bytes and 16 sizes of 5.
inline constexpr std::size_t kLayersAllocationBytesMax = 1 + 2 + 4 + 64 * 5 + 16 * 5;
// Returns how much of `out` was written. Sizes are written if the first layer that is on has one.
std::size_t encode_layers_allocation(const LayersAllocation& allocation,
                                     std::span<std::uint8_t, kLayersAllocationBytesMax> out);

}  // namespace confab::rtp
