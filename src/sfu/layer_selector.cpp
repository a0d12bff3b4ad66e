#include "sfu/layer_selector.h"

#include <algorithm>

#include "base/check.h"
#include "sfu/layer_choice.h"

namespace confab::sfu {

LayerSelector::LayerSelector(std::uint8_t layers, bool is_video, bool has_temporal, bool paused,
                             bool source_paused)
    : layers_(layers),
      is_video_(is_video),
      has_temporal_(has_temporal),
      paused_(paused),
      source_paused_(source_paused),
      target_(static_cast<std::uint8_t>(layers - 1)) {}

LayerSelector::State LayerSelector::state() const {
  if (!is_flowing()) return State::kPaused;
  if (!current_) return State::kWaiting;
  return current_->encoding == target_ ? State::kForwarding : State::kSwitching;
}

bool LayerSelector::is_consistent() const {
  if (target_ >= layers_ || (current_ && current_->encoding >= layers_)) return false;
  switch (state()) {
    case State::kPaused:
    case State::kWaiting:
      return !current_;
    case State::kForwarding:
    case State::kSwitching:
      return current_.has_value();
  }
  return false;
}

void LayerSelector::set_paused(bool paused) {
  paused_ = paused;
  if (paused) stop();
  DCHECK(is_consistent());
}

void LayerSelector::set_source_paused(bool paused) {
  source_paused_ = paused;
  if (paused) stop();
  DCHECK(is_consistent());
}

void LayerSelector::allot(std::optional<Layers> layers) {
  // What ran over was more than this.
  if (layers && allotted_ && layers->spatial < allotted_->spatial) break_.end();
  allotted_ = layers;
  if (!layers) stop();
  DCHECK(is_consistent());
}

void LayerSelector::step_back(Instant now, Random& random) {
  stop();
  break_.begin(now, random);
}

void LayerSelector::stop() {
  current_.reset();
  DCHECK(is_consistent());
}

bool LayerSelector::choose(LayerMask alive) {
  const std::uint8_t most = std::min(preferred_.spatial, allotted_.value_or(Layers{}).spatial);
  const auto chosen =
      choose_layer(most, layers_, [alive](std::uint8_t i) { return (alive & layer_bit(i)) != 0; });
  if (!chosen || *chosen == target_) return false;
  target_ = *chosen;
  DCHECK(is_consistent());
  return true;
}

LayerMask LayerSelector::wanted() const {
  if (paused_ || !allotted_) return 0;
  const LayerMask target = layer_bit(target_);
  return current_ ? static_cast<LayerMask>(target | layer_bit(current_->encoding)) : target;
}

LayerSelector::Verdict LayerSelector::judge(Instant now, const MediaFacts& packet) {
  if (current_ && packet.source == *current_) {
    return takes_frame(packet) ? Verdict::kForward : Verdict::kLeaveOut;
  }
  // The stream that was forwarded began anew: its packets can not be joined to the old ones.
  if (current_ && packet.source.encoding == current_->encoding) stop();
  if (packet.source.encoding != target_) return Verdict::kNotWanted;
  if (!current_ && !break_.is_over(now)) return Verdict::kHeld;
  // A key frame whose first packet comes late is of no use: what follows it was not kept.
  if (is_video_ && !(packet.info.is_key_frame_start && packet.is_newest)) return Verdict::kWaits;
  return Verdict::kStart;
}

void LayerSelector::start(const MediaFacts& packet) {
  DCHECK(is_flowing());
  current_ = packet.source;
  temporal_ = target_temporal();
  frame_time_ = packet.timestamp;
  DCHECK(is_consistent());
}

std::uint8_t LayerSelector::target_temporal() const {
  if (!allotted_ || is_filling_) return 0;
  // On the way down the old stream goes on at as few frames as it has until the new one begins.
  if (current_ && current_->encoding > target_) return 0;
  const std::uint8_t allotted = current_ && current_->encoding < allotted_->spatial
                                    ? kAllLayers.temporal
                                    : allotted_->temporal;
  return std::min(preferred_.temporal, allotted);
}

// Frames of a higher layer may refer to those of a lower one, not the other way round: it is left
// out from any frame on, and comes back where a frame says that it refers to the lowest alone
// (RFC 7741 §4.2: Y), one layer at a time.
bool LayerSelector::takes_frame(const MediaFacts& packet) {
  if (!has_temporal_) return true;
  const std::uint8_t layer = packet.info.temporal_layer;
  if (packet.is_newest && packet.timestamp != frame_time_) {
    frame_time_ = packet.timestamp;
    const std::uint8_t target = target_temporal();
    if (packet.info.is_key_frame_start || temporal_ > target) {
      temporal_ = target;
    } else if (layer == temporal_ + 1 && layer <= target && packet.info.is_switching_point) {
      temporal_ = layer;
    }
  }
  return layer <= temporal_;
}

}  // namespace confab::sfu
