// What a publisher says of its layers (rtp/layers_allocation.h) before their packets show it: which
// are off, and what the others are meant to take. A word that is lost is not said again, so packets
// that come are believed rather than a word that they should not.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "base/limits.h"
#include "rtc/rtp/layers_allocation.h"
#include "sfu/layers.h"

namespace confab::sfu {

class AnnouncedLayers {
 public:
  // Once with each that comes, in the order of its stream.
  void hear(Instant now, const rtp::LayersAllocation& said) {
    for (std::size_t e = 0; e < bps_.size(); ++e) {
      bps_[e] = {};
      for (const auto& layer : said.layers[e]) add(bps_[e], layer);
      off_since_[e] = is_on(e) ? kNever : now;
    }
  }

  // It was said to be off, and nothing has come since that says otherwise.
  bool is_off(std::size_t encoding, Instant last_packet_at) const {
    return off_since_[encoding] != kNever && last_packet_at < off_since_[encoding] + kOnItsWay;
  }

  // Raises what was measured to what is meant: a layer that just began, or of which nothing moves,
  // takes less than it will. Of a stream that was seen, only the frame rates that it has. What the
  // lowest stream takes decides whether there is a picture at all: that stays as it is.
  void raise(LayerBps& measured) const {
    for (std::size_t e = 1; e < measured.size(); ++e) {
      const bool was_seen = std::ranges::any_of(measured[e], [](auto bps) { return bps > 0; });
      for (std::size_t t = 0; t < kTemporalLayers; ++t) {
        if (was_seen && measured[e][t] == 0) continue;
        measured[e][t] = std::max(measured[e][t], bps_[e][t]);
      }
    }
  }

 private:
  // Packets that were sent before the word, and repeats of them.
  static constexpr Duration kOnItsWay = 300ms;

  bool is_on(std::size_t encoding) const {
    return std::ranges::any_of(bps_[encoding], [](auto bps) { return bps > 0; });
  }
  static void add(LayerBps::value_type& bps, const rtp::LayersAllocation::SpatialLayer& layer) {
    for (std::size_t t = 0; t < layer.temporal_layers; ++t) {
      const std::uint64_t sum = bps[t] + std::uint64_t{layer.target_kbps[t]} * 1000;
      bps[t] = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, UINT32_MAX));
    }
  }

  LayerBps bps_{};
  std::array<Instant, limits::kEncodingsPerProducer> off_since_{kNever, kNever, kNever, kNever};
};

}  // namespace confab::sfu
