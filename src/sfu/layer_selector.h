// Which of a source's streams one consumer forwards now, and whether anything may flow at all: the
// one place where that is decided. Pauses of either side, the break after an overrun queue, the
// layer wanted and those that are alive go in; for each packet a verdict comes out.
//
//   Paused ──both pauses over──▶ Waiting ──key frame of the target──▶ Forwarding ◀──▶ Switching
//     ▲                             ▲      (once a break is over)         │              │
//     │                             └─ the source began anew, a gap, no room in the queue┤
//     └───────────────────────────────────── a pause ────────────────────────────────────┘
// Switching: the target is another layer, and the old one goes on until a key frame of the new one.
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "base/random.h"
#include "sfu/media_packet.h"
#include "sfu/overload_break.h"
#include "sfu/source.h"

namespace confab::sfu {

class LayerSelector {
 public:
  // The highest of so many layers is the target at first.
  LayerSelector(std::uint8_t layers, bool is_video, bool paused, bool source_paused);

  enum class State : std::uint8_t { kPaused, kWaiting, kForwarding, kSwitching };
  State state() const;
  // Whether what it keeps makes one of the states above.
  bool is_consistent() const;

  // ---- who may stop it ----
  void set_paused(bool paused);
  void set_source_paused(bool paused);
  bool is_paused() const { return paused_; }
  // Neither side has paused.
  bool is_flowing() const { return !paused_ && !source_paused_; }
  // The receiver's queue has no room: it steps back whole, and stays away for a while.
  void step_back(Instant now, Random& random);
  bool is_break_over(Instant now) const { return break_.is_over(now); }
  // What was forwarded can not go on without a key frame.
  void stop();

  // ---- which layer ----
  // Takes effect when choose() is called.
  void set_preferred(std::uint8_t spatial) { preferred_ = spatial; }
  // Looks again at what is alive. True if the target is another one than before.
  bool choose(LayerMask alive);
  std::uint8_t target() const { return target_; }
  // What is forwarded; nothing while waiting.
  const std::optional<SourceId>& current() const { return current_; }
  // The streams whose packets there is a use for now.
  LayerMask wanted() const;

  // ---- for each packet ----
  enum class Verdict : std::uint8_t {
    kForward,
    kStart,     // the target begins with it: start() is called
    kHeld,      // a break is not over
    kWaits,     // of the target, of which a key frame is needed
    kNotWanted  // of another layer
  };
  Verdict judge(Instant now, const MediaFacts& packet);
  void start(const SourceId& source);

 private:
  std::uint8_t layers_;
  bool is_video_;
  bool paused_;
  bool source_paused_;
  std::uint8_t preferred_;
  std::uint8_t target_;
  std::optional<SourceId> current_;
  OverloadBreak break_;
};

}  // namespace confab::sfu
