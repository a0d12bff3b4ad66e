// Shares out what a receiver's link carries among the tracks that it is sent: the lowest layer to
// all, then the step up that shows most for its bits, again and again (docs/bwe.md). Down at once;
// up only where there is room to spare for a while, one step at a time, and the later the more
// often it had to be taken back; a pause only when not even the lowest layer fits for a while.
// Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/instant.h"
#include "sfu/layers.h"
#include "sfu/source.h"

namespace confab::sfu {

// One track of a receiver. Its owner fills in what is wanted, and keeps it.
class Allotment {
 public:
  struct Step {
    Layers layers;
    double cost_bps = 0;
    double utility = 0;
  };
  static constexpr int kPaused = -1;

  // ---- what there is and what is wanted ----
  // Both sides let it flow.
  bool is_wanted = false;
  // How much more it counts than a tile among others.
  double weight = 1;

  // The steps there are, from the lowest: `most` is what the client wants at the most. A step that
  // the track begins to have, or loses, moves what was allotted to the nearest one below.
  void set_steps(const LayerBps& rates, LayerMask alive, std::uint8_t encodings, Layers most);

  // ---- what it is given ----
  int step() const { return step_; }
  bool is_paused() const { return step_ == kPaused; }
  bool is_highest() const { return step_ + 1 >= static_cast<int>(count_); }
  // It may have more soon, but not at once.
  bool waits_to_rise() const { return rises_; }
  Layers layers() const { return steps_[static_cast<std::size_t>(step_ < 0 ? 0 : step_)].layers; }
  double cost_bps(int step) const {
    return step < 0 ? 0 : steps_[static_cast<std::size_t>(step)].cost_bps;
  }
  int steps() const { return static_cast<int>(count_); }
  std::uint32_t switches() const { return switches_; }

 private:
  friend class Allocation;
  // Three streams, the lowest of them at three frame rates.
  static constexpr std::size_t kStepsMax = limits::kEncodingsPerProducer + kTemporalLayers - 1;

  void add_step(const Step& step);
  // What a step must cost to be taken, with the room that is to be left.
  double need_bps(int step) const;
  bool changes_frames_alone(int step) const;
  void lower(Instant now, int step);
  void raise(Instant now, int step);

  std::array<Step, kStepsMax> steps_{};
  std::size_t count_ = 0;
  int step_ = 0;
  bool is_new_ = true;  // was not given anything yet
  Layers most_;
  bool wants_more_ = false;  // since a moment ago
  Instant new_until_ = kNever;
  bool rises_ = false;
  Instant fits_since_ = kNever;   // a higher step
  Instant below_since_ = kNever;  // not even the lowest fits
  Instant raised_at_{};
  Instant lowered_at_ = kNever;
  Duration penalty_{};
  std::uint32_t switches_ = 0;
};

class Allocation {
 public:
  struct Result {
    // What is given, what the next step up takes (0: there is none) and what all of it would.
    double now_bps = 0;
    double next_step_bps = 0;
    double ideal_bps = 0;
    bool changed = false;
  };
  // `tracks` in a steady order. May be called at any time, and is to be called each tenth of a
  // second.
  Result allot(Instant now, double budget_bps, std::span<Allotment* const> tracks);
  // Nothing measures the link: everything is given.
  static Result give_all(std::span<Allotment* const> tracks);
  // Nothing has measured it yet: the lowest step of each.
  static Result give_least(double budget_bps, std::span<Allotment* const> tracks);

 private:
  // The best that fits, by index; with what is left for who rises, or without.
  void solve(double budget_bps, std::span<Allotment* const> tracks, bool with_room);
  void lower(Instant now, std::span<Allotment* const> tracks);
  bool raise(Instant now, std::span<Allotment* const> tracks);
  static Result summarize(double budget_bps, std::span<Allotment* const> tracks);

  std::vector<int> best_;
  std::vector<std::size_t> order_;
};

}  // namespace confab::sfu
