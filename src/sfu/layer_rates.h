// What each layer of a track takes, as the mean of the last two seconds: a single burst (a key
// frame, a page that is turned) says nothing of what a layer costs. A screen takes next to nothing
// while nobody scrolls: what a larger stream took when somebody did is forgotten slowly.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "sfu/layers.h"

namespace confab::sfu {

class LayerRates {
 public:
  // After `half_life` half of a peak is forgotten; zero: at once.
  explicit LayerRates(Duration half_life = {}) : half_life_(half_life) {}

  // `bytes` as a receiver's link carries them.
  void add(Instant now, std::uint8_t encoding, std::uint8_t temporal, std::size_t bytes) {
    if (now >= slot_until_) roll(now);
    if (temporal >= kTemporalLayers) temporal = kTemporalLayers - 1;
    slots_[slot_][encoding][temporal] += static_cast<std::uint32_t>(bytes);
  }
  LayerBps bps(Instant now);

 private:
  static constexpr std::size_t kSlots = 8;
  static constexpr Duration kSlot = 250ms;
  // What comes first is a key frame.
  static constexpr Duration kSpanMin = 500ms;

  void roll(Instant now);
  void keep_peaks(Instant now, LayerBps& bps);

  std::array<LayerBps, kSlots> slots_{};  // bytes of each layer by itself
  std::size_t slot_ = 0;
  Instant slot_until_{};
  Instant since_ = kNever;
  Duration half_life_;
  LayerBps peaks_{};
  Instant peaks_at_ = kNever;
};

}  // namespace confab::sfu
