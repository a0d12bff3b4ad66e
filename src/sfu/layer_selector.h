// Which of a source's streams one consumer forwards now, and whether anything may flow at all: the
// one place where that is decided. Pauses of either side, what the receiver's link was allotted to
// it, the break after an overrun queue, the layers wanted and those that are alive go in; for each
// packet a verdict comes out.
//
//   Paused ──all pauses over──▶ Waiting ──key frame of the target──▶ Forwarding ◀──▶ Switching
//     ▲                            ▲    (not before a break is over)     │    (the target is
//     another │                            └─ the source began anew, a gap, ─────┤     layer: the
//     old one goes └──────────── a pause ───────────  no room in the queue ───────────┘     on
//     until its key frame)
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "base/random.h"
#include "sfu/layers.h"
#include "sfu/media_packet.h"
#include "sfu/overload_break.h"
#include "sfu/source.h"

namespace confab::sfu {

class LayerSelector {
 public:
  // `has_temporal`: frames may be left out by their temporal layer (VP8).
  LayerSelector(std::uint8_t layers, bool is_video, bool has_temporal, bool paused,
                bool source_paused);

  enum class State : std::uint8_t { kPaused, kWaiting, kForwarding, kSwitching };
  State state() const;
  bool is_consistent() const;

  // ---- who may stop it ----
  void set_paused(bool paused);
  void set_source_paused(bool paused);
  bool is_paused() const { return paused_; }
  // Neither side has paused, and there is room for it.
  bool is_flowing() const { return !paused_ && !source_paused_ && allotted_.has_value(); }
  bool is_wanted() const { return !paused_ && !source_paused_; }
  // What fits; nothing: not even the lowest layer does.
  void allot(std::optional<Layers> layers);
  const std::optional<Layers>& allotted() const { return allotted_; }
  // The receiver's queue fills up: what can be left out is, until it does no more.
  void set_filling(bool filling) { is_filling_ = filling; }
  // The receiver's queue has no room: it steps back whole, and stays away for a while.
  void step_back(Instant now, Random& random);
  bool is_break_over(Instant now) const { return break_.is_over(now); }
  // What was forwarded can not go on without a key frame.
  void stop();

  // ---- which layer ----
  void set_preferred(Layers layers) { preferred_ = layers; }
  Layers preferred() const { return preferred_; }
  // Looks again at what is alive. True if the target is another one than before.
  bool choose(LayerMask alive);
  std::uint8_t target() const { return target_; }
  // What is forwarded; nothing while waiting.
  const std::optional<SourceId>& current() const { return current_; }
  std::uint8_t temporal() const { return temporal_; }
  std::uint8_t target_temporal() const;
  // The streams whose packets there is a use for now.
  LayerMask wanted() const;

  // ---- for each packet ----
  enum class Verdict : std::uint8_t {
    kForward,
    kLeaveOut,  // of what is forwarded, but a frame too many: the numbers close over it
    kStart,     // the target begins with it: start() is called
    kHeld,      // a break is not over
    kWaits,     // of the target, of which a key frame is needed
    kNotWanted  // of another layer
  };
  Verdict judge(Instant now, const MediaFacts& packet);
  void start(const MediaFacts& packet);

 private:
  bool takes_frame(const MediaFacts& packet);

  std::uint8_t layers_;
  bool is_video_;
  bool has_temporal_;
  bool paused_;
  bool source_paused_;
  bool is_filling_ = false;
  std::optional<Layers> allotted_ = kAllLayers;
  Layers preferred_ = kAllLayers;
  std::uint8_t target_;
  std::optional<SourceId> current_;
  std::uint8_t temporal_ = 0;  // what is forwarded of the current stream
  rtp::RtpTime frame_time_;    // of the frame for which that was last looked at
  OverloadBreak break_;
};

}  // namespace confab::sfu
