#include "sfu/allocation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace confab::sfu {
namespace {

// What a step up needs to have spare: a little, or more after it had to be taken back.
constexpr double kRoom = 1.1;
constexpr double kRoomAfterFall = 1.25;
constexpr double kRoomToResume = 1.2;
// More frames of the same stream can be taken back at any frame, and nobody sees it as a switch.
constexpr double kRoomForFrames = 1.05;
constexpr Duration kRiseAfter = 1s;
constexpr Duration kResumeAfter = 3s;
constexpr Duration kPauseAfter = 2s;
// After a step down, and doubled each time while it does not hold.
constexpr Duration kPenaltyFirst = 5s;
constexpr Duration kPenaltyMax = 12s;
constexpr Duration kCalm = 60s;
constexpr Duration kHeld = 15s;
// Who comes is given at once what there is.
constexpr Duration kNew = 1500ms;

// Where a layer was not measured yet: what browsers make of 720p in three streams, by how far
// below the highest.
constexpr std::array<double, 3> kUnseenBps = {1'500'000, 500'000, 150'000};
// log2(pixels) * fps^0.3, of 720p at 30 and what is below it.
double utility_of(int streams_below, int temporal_below) {
  static const auto kTable = [] {
    std::array<std::array<double, kTemporalLayers>, limits::kEncodingsPerProducer> table{};
    for (std::size_t s = 0; s < table.size(); ++s) {
      for (std::size_t t = 0; t < kTemporalLayers; ++t) {
        const double pixels = 1280.0 * 720 / std::pow(4.0, s);
        table[s][t] = std::log2(pixels) * std::pow(30 / std::pow(2.0, t), 0.3);
      }
    }
    return table;
  }();
  return kTable[static_cast<std::size_t>(streams_below)][static_cast<std::size_t>(temporal_below)];
}

}  // namespace

void Allotment::add_step(const Step& step) {
  // A step that costs no more than the one below is better in any case.
  if (count_ > 0 && steps_[count_ - 1].cost_bps >= step.cost_bps) --count_;
  if (count_ < kStepsMax) steps_[count_++] = step;
}

void Allotment::set_steps(const LayerBps& rates, LayerMask alive, std::uint8_t encodings,
                          Layers most) {
  wants_more_ |= most.spatial > most_.spatial || most.temporal > most_.temporal;
  most_ = most;
  const Layers before = count_ > 0 ? layers() : Layers{};
  const bool was_paused = step_ == kPaused;
  const bool had_all = count_ > 0 && is_highest();
  count_ = 0;
  std::uint8_t highest_spatial = std::min<std::uint8_t>(most.spatial, encodings - 1);
  // Where nothing at or below what is wanted is alive, what there is is better than nothing.
  LayerMask usable = alive & static_cast<LayerMask>((2U << highest_spatial) - 1);
  if (usable == 0) usable = alive != 0 ? static_cast<LayerMask>(alive & -alive) : LayerMask{1};
  std::uint8_t lowest = 0;
  while ((usable & layer_bit(lowest)) == 0) ++lowest;
  for (std::uint8_t s = lowest; s < encodings; ++s) {
    if ((usable & layer_bit(s)) == 0) continue;
    std::uint8_t temporal_highest = 0;
    double full = 0;
    for (std::uint8_t t = 0; t < kTemporalLayers; ++t) {
      if (rates[s][t] == 0) continue;
      temporal_highest = t;
      full = rates[s][t];
    }
    if (full == 0) full = kUnseenBps[std::min<std::size_t>(encodings - 1U - s, 2)];
    const std::uint8_t temporal_most = std::min(most.temporal, temporal_highest);
    // Only the lowest at fewer frames: a smaller picture that moves says more than a larger one
    // that jerks.
    for (std::uint8_t t = s == lowest ? 0 : temporal_most; t <= temporal_most; ++t) {
      const double cost = t == temporal_highest ? full : rates[s][t];
      if (cost == 0) continue;
      // Without a measure of it, whatever it has is wanted.
      const std::uint8_t temporal = t == temporal_highest && most.temporal > t ? most.temporal : t;
      add_step({{s, temporal}, cost, weight * utility_of(encodings - 1 - s, temporal_highest - t)});
    }
  }
  if (is_new_) return;
  if (was_paused) return;
  if (had_all && !is_new_ && before.spatial >= steps_[count_ - 1].layers.spatial) {
    step_ = static_cast<int>(count_) - 1;
    return;
  }
  step_ = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const Layers& l = steps_[i].layers;
    if (l.spatial < before.spatial ||
        (l.spatial == before.spatial && l.temporal <= before.temporal)) {
      step_ = static_cast<int>(i);
    }
  }
}

bool Allotment::changes_frames_alone(int step) const {
  return step_ >= 0 && steps_[static_cast<std::size_t>(step)].layers.spatial ==
                           steps_[static_cast<std::size_t>(step_)].layers.spatial;
}

double Allotment::need_bps(int step) const {
  if (step <= step_) return cost_bps(step);
  if (step_ == kPaused) return cost_bps(step) * kRoomToResume;
  if (changes_frames_alone(step)) return cost_bps(step) * kRoomForFrames;
  const bool fell = penalty_ > Duration::zero();
  return cost_bps(step) * (is_new_ || new_until_ != kNever ? 1.0 : fell ? kRoomAfterFall : kRoom);
}

void Allotment::lower(Instant now, int step) {
  // Several steps of one fall are one; who is new is still being given what there is. What held for
  // a while fell for another reason than that it was too much from the start.
  const bool is_same_fall = lowered_at_ != kNever && now - lowered_at_ < 1s;
  if (new_until_ == kNever && !is_same_fall) {
    const bool held = now - raised_at_ > kHeld;
    penalty_ =
        held || penalty_ == Duration::zero() ? kPenaltyFirst : std::min(2 * penalty_, kPenaltyMax);
  }
  lowered_at_ = now;
  fits_since_ = kNever;
  step_ = step;
  ++switches_;
}

void Allotment::raise(Instant now, int step) {
  step_ = step;
  raised_at_ = now;
  fits_since_ = kNever;
  ++switches_;
}

// ---- all of them ----

void Allocation::solve(double budget_bps, std::span<Allotment* const> tracks, bool with_room) {
  best_.assign(tracks.size(), Allotment::kPaused);
  order_.resize(tracks.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::ranges::sort(order_, [&](std::size_t a, std::size_t b) {
    const double more = tracks[a]->weight - tracks[b]->weight;
    return more != 0 ? more > 0 : a < b;
  });
  const auto cost = [&](std::size_t i, int step) {
    return with_room ? tracks[i]->need_bps(step) : tracks[i]->cost_bps(step);
  };
  double left = budget_bps;
  for (const std::size_t i : order_) {
    if (!tracks[i]->is_wanted || tracks[i]->count_ == 0) continue;
    const double base = cost(i, 0);
    if (base > left) continue;
    best_[i] = 0;
    left -= base;
  }
  for (;;) {
    double gain_best = 0;
    std::size_t chosen = tracks.size();
    int chosen_step = 0;
    for (const std::size_t i : order_) {
      if (best_[i] < 0) continue;
      // Not only the next: one that costs little more may show much more.
      for (int step = best_[i] + 1; step < tracks[i]->steps(); ++step) {
        const double more = cost(i, step) - cost(i, best_[i]);
        if (more > left) break;
        const auto& steps = tracks[i]->steps_;
        const double gain = steps[static_cast<std::size_t>(step)].utility -
                            steps[static_cast<std::size_t>(best_[i])].utility;
        const double rate = gain / std::max(more, 1.0);
        if (rate > gain_best) {
          gain_best = rate;
          chosen = i;
          chosen_step = step;
        }
      }
    }
    if (chosen == tracks.size()) return;
    left -= cost(chosen, chosen_step) - cost(chosen, best_[chosen]);
    best_[chosen] = chosen_step;
  }
}

void Allocation::lower(Instant now, std::span<Allotment* const> tracks) {
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    Allotment& track = *tracks[i];
    if (!track.is_wanted || track.count_ == 0) continue;
    if (best_[i] >= 0) {
      track.below_since_ = kNever;
      if (best_[i] < track.step_) track.lower(now, best_[i]);
      continue;
    }
    if (track.below_since_ == kNever) track.below_since_ = now;
    if (track.step_ > 0) track.lower(now, 0);
    if (track.step_ == 0 && now - track.below_since_ >= kPauseAfter) {
      track.lower(now, Allotment::kPaused);
    }
  }
}

bool Allocation::raise(Instant now, std::span<Allotment* const> tracks) {
  bool raised = false;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    Allotment& track = *tracks[i];
    track.rises_ = false;
    if (!track.is_wanted || best_[i] <= track.step_) {
      track.fits_since_ = kNever;
      continue;
    }
    if (track.new_until_ != kNever) {
      track.raise(now, best_[i]);
      raised = true;
      continue;
    }
    track.rises_ = true;
    if (track.fits_since_ == kNever) track.fits_since_ = now;
    const bool resumes = track.is_paused();
    const Duration wait = resumes ? kResumeAfter : kRiseAfter;
    const bool is_barred =
        track.lowered_at_ != kNever && !resumes && now - track.lowered_at_ < track.penalty_;
    if (is_barred || now - track.fits_since_ < wait || now - track.raised_at_ < kRiseAfter) {
      continue;
    }
    track.raise(now, track.step_ + 1);
    track.below_since_ = kNever;
    raised = true;
  }
  return raised;
}

Allocation::Result Allocation::allot(Instant now, double budget_bps,
                                     std::span<Allotment* const> tracks) {
  std::uint32_t switches = 0;
  double held = 0;
  for (Allotment* track : tracks) {
    switches -= track->switches_;
    if (!track->is_wanted) {
      // It begins anew when it is wanted again.
      track->is_new_ = true;
      track->step_ = 0;
      continue;
    }
    // Nobody waits for a picture just enlarged, as far as there is room.
    if (track->is_new_ || (track->wants_more_ && !track->is_paused())) {
      if (track->is_new_) track->step_ = 0;
      track->is_new_ = false;
      track->new_until_ = now + kNew;
    }
    track->wants_more_ = false;
    if (now >= track->new_until_) track->new_until_ = kNever;
    if (track->lowered_at_ != kNever && now - track->lowered_at_ > kCalm) track->penalty_ = {};
    held += track->cost_bps(track->step_);
  }
  if (held > budget_bps) {
    solve(budget_bps, tracks, false);
    lower(now, tracks);
  } else {
    for (Allotment* track : tracks) track->below_since_ = kNever;
  }
  solve(budget_bps, tracks, true);
  raise(now, tracks);
  for (const Allotment* track : tracks) switches += track->switches_;
  Result result = summarize(budget_bps, tracks);
  result.changed = switches != 0;
  return result;
}

Allocation::Result Allocation::give_all(std::span<Allotment* const> tracks) {
  for (Allotment* track : tracks) {
    track->step_ = std::max(0, track->steps() - 1);
    track->rises_ = false;
  }
  return summarize(std::numeric_limits<double>::infinity(), tracks);
}

Allocation::Result Allocation::give_least(double budget_bps, std::span<Allotment* const> tracks) {
  for (Allotment* track : tracks) track->step_ = 0;
  return summarize(budget_bps, tracks);
}

Allocation::Result Allocation::summarize(double budget_bps, std::span<Allotment* const> tracks) {
  Result out;
  double step_least = 0;
  for (const Allotment* track : tracks) {
    if (!track->is_wanted || track->count_ == 0) continue;
    const double held = track->cost_bps(track->step_);
    out.now_bps += held;
    out.ideal_bps += track->cost_bps(track->steps() - 1);
    if (track->is_highest()) continue;
    // As much as it takes to be allowed, not only to fit.
    const double step = track->need_bps(track->step_ + 1) / kRoom - held;
    if (step_least == 0 || step < step_least) step_least = std::max(step, 1.0);
  }
  if (step_least > 0) out.next_step_bps = out.now_bps + step_least;
  // Even what is given is more than is known to fit.
  if (out.now_bps > budget_bps) out.next_step_bps = out.now_bps;
  // With the room that it takes to be allowed all of it: no probe goes beyond this.
  out.ideal_bps = std::max(out.ideal_bps, out.next_step_bps);
  return out;
}

}  // namespace confab::sfu
