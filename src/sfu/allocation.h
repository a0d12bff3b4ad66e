// Shares out what a receiver's link carries among the layered tracks that it is sent: the lowest
// layer to all (or, where not even that fits, to as many as it does), then the step up that shows
// most for its bits, again and again. Down at once; up only where there is room to spare for a
// while, one step at a time, and the later the more often it had to be taken back. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "sfu/layers.h"

namespace confab::sfu {

// One track of a receiver. Its owner says what there is and what is wanted, and reads what it is
// given.
class Allotment {
 public:
  struct Step {
    Layers layers;
    double cost_bps = 0;
    double utility = 0;
  };

  // ---- what there is and what is wanted ----
  // Neither side has paused it.
  bool is_wanted = false;
  // What a step up is worth beside those of others, and who is paused last; 1 to 255.
  std::uint8_t weight = 1;
  // Whether it may be given nothing at all: not before its receiver was sent anything of it, since
  // a stream that never began carries no probe that would bring it back.
  bool may_starve = true;
  // The steps there are, from the lowest up; `most` is what the client wants at the most. Where the
  // one that was given is gone, the nearest below it is given.
  void set_steps(const LayerBps& rates, LayerMask alive, std::uint8_t encodings, Layers most);

  // ---- what it is given ----
  Layers layers() const { return at(step_).layers; }
  // Nothing at all: there is no room even for the lowest.
  bool is_starved() const { return is_starved_; }
  // All there is of what is wanted.
  bool is_highest() const { return step_ + 1 >= count_; }
  // It may have more soon, but not at once.
  bool waits_to_rise() const { return fits_since_ != kNever; }
  double cost_bps() const { return at(step_).cost_bps; }
  std::size_t steps() const { return count_; }

 private:
  friend class Allocation;
  // Three streams, the lowest of them at three frame rates.
  static constexpr std::size_t kStepsMax = limits::kEncodingsPerProducer + kTemporalLayers - 1;

  bool is_given() const { return is_wanted && !is_starved_; }
  const Step& at(std::size_t step) const { return steps_[step]; }
  void add_step(Step step);
  bool changes_frames_alone(std::size_t step) const;
  // What must be there for a step to be taken.
  double need_bps(std::size_t step) const;
  void begin(Instant now);
  void lower(Instant now, std::size_t step);
  bool may_rise(Instant now) const;
  void rise(Instant now, std::size_t best);

  std::array<Step, kStepsMax> steps_{};
  std::size_t count_ = 1;
  std::size_t step_ = 0;
  Layers most_;
  bool wants_more_ = false;  // than a moment ago
  bool was_wanted_ = false;
  bool is_starved_ = false;
  Instant fresh_until_ = kNever;  // is given at once what there is
  Instant fits_since_ = kNever;   // a higher step
  Instant raised_at_{};
  Instant lowered_at_ = kNever;
  Duration penalty_{};
};

class Allocation {
 public:
  struct Result {
    double now_bps = 0;        // what is given takes
    double next_step_bps = 0;  // what must be there for the next step up; 0: there is none
    double ideal_bps = 0;      // all that is wanted
  };
  // `tracks` in a steady order. May be called at any time, and is to be called each tenth of a
  // second.
  Result allot(Instant now, double budget_bps, std::span<Allotment* const> tracks);
  // Nothing measures the link: everything is given.
  static Result give_all(Instant now, std::span<Allotment* const> tracks);

 private:
  // For how long something has held.
  class Since {
   public:
    // True once it did for `after`, and anew after that; where it did not for less than `forgiven`
    // that is no end.
    bool holds_for(Instant now, bool holds, Duration after, Duration forgiven = {});

   private:
    Instant at_ = kNever;
    Instant held_at_{};
  };

  // Where the lowest layers of all are too much for a while, some are given nothing until there is
  // room to spare for a while.
  void share_lowest(Instant now, double budget_bps, std::span<Allotment* const> tracks);
  void order_by_weight(std::span<Allotment* const> tracks);
  void starve(double budget_bps, std::span<Allotment* const> tracks);
  bool feed(double given_bps, double budget_bps, std::span<Allotment* const> tracks, bool may);
  // The best that fits: steps by index of the track. `with_room`: with what is to be left for who
  // rises.
  void solve(double budget_bps, std::span<Allotment* const> tracks, bool with_room);
  static Result summarize(std::span<Allotment* const> tracks);

  std::vector<Allotment*> wanted_;  // a page of a large meeting, not all of it
  Since too_little_;                // for the lowest layers of all that are given any
  Since room_;                      // for one more
  Duration feed_after_ = 3s;
  Instant fed_at_ = kNever;
  Instant patient_since_{};  // when feed_after_ became what it is
  std::vector<std::pair<std::size_t, Allotment*>> by_weight_;
  std::vector<std::size_t> best_;
};

}  // namespace confab::sfu
