#include "sfu/layer_rates.h"

#include <algorithm>
#include <cmath>

namespace confab::sfu {

void LayerRates::roll(Instant now) {
  if (since_ == kNever || now - slot_until_ >= kSlots * kSlot) {
    slots_ = {};
    since_ = now;
    slot_until_ = now + kSlot;
    return;
  }
  while (slot_until_ <= now) {
    slot_ = (slot_ + 1) % kSlots;
    slots_[slot_] = {};
    slot_until_ += kSlot;
  }
}

LayerBps LayerRates::bps(Instant now) {
  LayerBps out{};
  if (since_ == kNever) return out;
  if (now >= slot_until_) roll(now);
  // The present slot is not full.
  const Duration covered = (kSlots - 1) * kSlot + (now - (slot_until_ - kSlot));
  const Duration span = std::max(kSpanMin, std::min(covered, now - since_));
  for (std::size_t e = 0; e < out.size(); ++e) {
    std::uint64_t bytes = 0;
    for (std::size_t t = 0; t < kTemporalLayers; ++t) {
      std::uint64_t own = 0;
      for (const LayerBps& slot : slots_) own += slot[e][t];
      bytes += own;
      if (own == 0) continue;
      out[e][t] = static_cast<std::uint32_t>(std::min<std::uint64_t>(
          bytes * 8 * 1'000'000 / static_cast<std::uint64_t>(to_us(span)), UINT32_MAX));
    }
  }
  // The first key frame fills a part of the window alone.
  if (half_life_ > Duration::zero() && now - since_ >= kSlots * kSlot) keep_peaks(now, out);
  return out;
}

void LayerRates::keep_peaks(Instant now, LayerBps& bps) {
  const double passed = peaks_at_ == kNever ? 0 : to_seconds(now - peaks_at_);
  const double kept = std::exp2(-passed / to_seconds(half_life_));
  // What the lowest stream takes decides whether there is a picture at all: that is as it is.
  for (std::size_t e = 1; e < bps.size(); ++e) {
    for (std::size_t t = 0; t < kTemporalLayers; ++t) {
      const auto peak = static_cast<std::uint32_t>(peaks_[e][t] * kept);
      bps[e][t] = std::max(bps[e][t], peak);
    }
  }
  peaks_ = bps;
  peaks_at_ = now;
}

}  // namespace confab::sfu
