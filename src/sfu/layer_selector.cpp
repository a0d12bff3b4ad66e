#include "sfu/layer_selector.h"

#include "base/check.h"
#include "sfu/layer_choice.h"

namespace confab::sfu {

LayerSelector::LayerSelector(std::uint8_t layers, Media media, bool paused, bool source_paused)
    : layers_(layers),
      media_(media),
      paused_(paused),
      source_paused_(source_paused),
      target_(static_cast<std::uint8_t>(layers - 1)) {
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

void LayerSelector::set_starved(bool starved) {
  starved_ = starved;
  if (starved) stop();
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
  const auto chosen = choose_layer(most().spatial, layers_,
                                   [alive](std::uint8_t i) { return (alive & layer_bit(i)) != 0; });
  if (!chosen || *chosen == target_) return false;
  target_ = *chosen;
  DCHECK(is_consistent());
  return true;
}

LayerMask LayerSelector::wanted() const {
  if (paused_ || starved_) return 0;
  const LayerMask target = layer_bit(target_);
  return current_ ? static_cast<LayerMask>(target | layer_bit(current_->encoding)) : target;
}

LayerSelector::Verdict LayerSelector::judge(Instant now, const MediaFacts& packet) {
  if (starved_) return Verdict::kStarved;
  if (current_ && packet.source == *current_) {
    return takes(packet) ? Verdict::kForward : Verdict::kLeaveOut;
  }
  // The stream that was forwarded began anew: its packets can not be joined to the old ones.
  if (current_ && packet.source.encoding == current_->encoding) stop();
  if (packet.source.encoding != target_) return Verdict::kNotWanted;
  if (!current_ && !break_.is_over(now)) return Verdict::kHeld;
  // A key frame whose first packet comes late is of no use: what follows it was not kept.
  if (media_ != Media::kAudio && !(packet.info.is_key_frame_start && packet.is_newest))
    return Verdict::kWaits;
  return Verdict::kStart;
}

void LayerSelector::start(const MediaFacts& packet) {
  DCHECK(is_flowing());
  current_ = packet.source;
  temporal_ = most().temporal;
  frames_seen_ = 0;
  note_frame(packet.timestamp, true);
  DCHECK(is_consistent());
}

// A frame goes whole or not at all, whenever its packets come.
bool LayerSelector::takes(const MediaFacts& packet) {
  if (media_ != Media::kVideoWithTemporal) return true;
  const std::size_t known = std::min(frames_seen_, kFrames);
  for (std::size_t i = 0; i < known; ++i) {
    const Frame& frame = frames_[(frames_seen_ - 1 - i) % kFrames];
    if (frame.time == packet.timestamp) return frame.is_taken;
    if (packet.is_newest) break;  // it can be of the last one alone
  }
  if (!packet.is_newest) return packet.info.temporal_layer <= temporal_;
  const bool is_taken = takes_frame(packet);
  note_frame(packet.timestamp, is_taken);
  return is_taken;
}

// Frames of a higher layer may refer to those of a lower one, not the other way round: it is left
// out from any frame on, and comes back where a frame says that it refers to the lowest alone
// (RFC 7741 §4.2: Y), one layer at a time.
bool LayerSelector::takes_frame(const MediaFacts& packet) {
  const std::uint8_t layer = packet.info.temporal_layer;
  const std::uint8_t highest = is_too_much() ? 0 : most().temporal;
  if (packet.info.is_key_frame_start || temporal_ > highest) {
    temporal_ = highest;
  } else if (layer == temporal_ + 1 && layer <= highest && packet.info.is_switching_point) {
    temporal_ = layer;
  }
  return layer <= temporal_;
}

void LayerSelector::note_frame(rtp::RtpTime time, bool is_taken) {
  frames_[frames_seen_++ % kFrames] = {time, is_taken};
}

}  // namespace confab::sfu
