#include "sfu/layer_selector.h"

#include "base/check.h"
#include "sfu/layer_choice.h"

namespace confab::sfu {

LayerSelector::LayerSelector(std::uint8_t layers, bool is_video, bool paused, bool source_paused)
    : layers_(layers),
      is_video_(is_video),
      paused_(paused),
      source_paused_(source_paused),
      preferred_(static_cast<std::uint8_t>(layers - 1)),
      target_(preferred_) {
  DCHECK(is_consistent());
}

LayerSelector::State LayerSelector::state() const {
  if (!is_flowing()) return State::kPaused;
  if (!current_) return State::kWaiting;
  return current_->encoding == target_ ? State::kForwarding : State::kSwitching;
}

bool LayerSelector::is_consistent() const {
  if (target_ >= layers_) return false;
  switch (state()) {
    case State::kPaused:
    case State::kWaiting:
      return !current_;
    case State::kForwarding:
    case State::kSwitching:
      return current_->encoding < layers_;
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

void LayerSelector::step_back(Instant now, Random& random) {
  stop();
  break_.begin(now, random);
}

void LayerSelector::stop() {
  current_.reset();
  DCHECK(is_consistent());
}

bool LayerSelector::choose(LayerMask alive) {
  const auto chosen = choose_layer(preferred_, layers_,
                                   [alive](std::uint8_t i) { return (alive & layer_bit(i)) != 0; });
  if (!chosen || *chosen == target_) return false;
  target_ = *chosen;
  DCHECK(is_consistent());
  return true;
}

LayerMask LayerSelector::wanted() const {
  if (paused_) return 0;
  const LayerMask target = layer_bit(target_);
  return current_ ? static_cast<LayerMask>(target | layer_bit(current_->encoding)) : target;
}

LayerSelector::Verdict LayerSelector::judge(Instant now, const MediaFacts& packet) {
  if (current_ && packet.source == *current_) return Verdict::kForward;
  // The stream that was forwarded began anew: its packets can not be joined to the old ones.
  if (current_ && packet.source.encoding == current_->encoding) stop();
  if (packet.source.encoding != target_) return Verdict::kNotWanted;
  if (!current_ && !break_.is_over(now)) return Verdict::kHeld;
  // A key frame whose first packet comes late is of no use: what follows it was not kept.
  if (is_video_ && !(packet.info.is_key_frame_start && packet.is_newest)) return Verdict::kWaits;
  return Verdict::kStart;
}

void LayerSelector::start(const SourceId& source) {
  DCHECK(is_flowing());
  current_ = source;
  DCHECK(is_consistent());
}

}  // namespace confab::sfu
