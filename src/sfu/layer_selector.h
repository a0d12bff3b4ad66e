// Which of a source's streams one consumer forwards now, at how many frames, and whether anything
// may flow at all: the one place where that is decided. Pauses of either side, the break after an
// overrun queue, what the link carries, the layers wanted and those that are alive go in; for each
// packet a verdict comes out.
//
//   Paused ──all pauses over───▶ Waiting ──key frame of the target──▶ Forwarding ◀──▶ Switching
//     ▲                             ▲      (once a break is over)         │              │
//     │                             └─ the source began anew, a gap, no room in the queue┤
//     └───────────────────────────────────── a pause ────────────────────────────────────┘
// Switching: the target is another layer, and the old one goes on until a key frame of the new one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
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
  enum class Media : std::uint8_t {
    kAudio,
    kVideo,
    kVideoWithTemporal  // frames may be left out by their temporal layer
  };
  // The highest of so many streams is the target at first.
  LayerSelector(std::uint8_t layers, Media media, bool paused, bool source_paused);

  enum class State : std::uint8_t { kPaused, kWaiting, kForwarding, kSwitching };
  State state() const;
  // Whether what it keeps makes one of the states above.
  bool is_consistent() const;

  // ---- who may stop it ----
  void set_paused(bool paused);
  void set_source_paused(bool paused);
  bool is_paused() const { return paused_; }
  // Neither side has paused.
  bool is_wanted() const { return !paused_ && !source_paused_; }
  // The receiver's link does not carry even the lowest of it.
  void set_starved(bool starved);
  bool is_starved() const { return starved_; }
  bool is_flowing() const { return is_wanted() && !starved_; }
  // The receiver's queue has no room: it steps back whole, and stays away for a while.
  void step_back(Instant now, Random& random);
  bool is_break_over(Instant now) const { return break_.is_over(now); }
  // What was forwarded can not go on without a key frame.
  void stop();

  // ---- which layer ----
  // At the most. The stream follows when choose() is called, the frame rate from the next frame on
  // that can begin it.
  void set_preferred(Layers layers) { preferred_ = layers; }
  const Layers& preferred() const { return preferred_; }
  // What the receiver's link carries, at the most.
  void allot(Layers layers) { allotted_ = layers; }
  const Layers& allotted() const { return allotted_; }
  // The client would have it, but the link does not carry it.
  bool exceeds_link(const SourceId& stream) const {
    return stream.encoding > allotted_.spatial && stream.encoding <= preferred_.spatial;
  }
  // Whether of a stream some frames can be left out.
  bool leaves_out_frames() const { return media_ == Media::kVideoWithTemporal; }
  // Of both the lower.
  Layers most() const {
    return {std::min(preferred_.spatial, allotted_.spatial),
            std::min(preferred_.temporal, allotted_.temporal)};
  }
  // Looks again at what is alive. True if the target is another one than before.
  bool choose(LayerMask alive);
  std::uint8_t target() const { return target_; }
  // What is forwarded; nothing while waiting.
  const std::optional<SourceId>& current() const { return current_; }
  // Up to which temporal layer its frames are.
  std::uint8_t temporal() const { return temporal_; }
  // The streams whose packets there is a use for now.
  LayerMask wanted() const;

  // ---- for each packet ----
  enum class Verdict : std::uint8_t {
    kForward,
    kLeaveOut,  // of what is forwarded, but a frame too many: the numbers close over it
    kStart,     // the target begins with it: start() is called
    kHeld,      // a break is not over
    kStarved,   // there is no room for it on the link
    kWaits,     // of the target, of which a key frame is needed
    kNotWanted  // of another layer
  };
  Verdict judge(Instant now, const MediaFacts& packet);
  void start(const MediaFacts& packet);

 private:
  // What became of the last frames, for those of their packets that come late.
  struct Frame {
    rtp::RtpTime time;
    bool is_taken = false;
  };
  // At 30 frames a second a repeat that took half a second.
  static constexpr std::size_t kFrames = 16;

  bool takes(const MediaFacts& packet);
  bool takes_frame(const MediaFacts& packet);
  void note_frame(rtp::RtpTime time, bool is_taken);
  // What is forwarded until the key frame of a lower stream comes is more than the link carries: of
  // it the fewest frames. All of them filled the queue in which that key frame then came too late.
  bool is_too_much() const { return target_ < current_->encoding && exceeds_link(*current_); }

  std::uint8_t layers_;
  Media media_;
  bool paused_;
  bool source_paused_;
  bool starved_ = false;
  Layers preferred_ = kAllLayers;
  Layers allotted_ = kAllLayers;
  std::uint8_t target_;
  std::optional<SourceId> current_;
  std::uint8_t temporal_ = 0;
  std::array<Frame, kFrames> frames_{};
  // Of the current stream; the newest is at (frames_seen_ - 1) % kFrames.
  std::size_t frames_seen_ = 0;
  OverloadBreak break_;
};

}  // namespace confab::sfu
