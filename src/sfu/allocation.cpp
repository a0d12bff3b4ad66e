#include "sfu/allocation.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace confab::sfu {
namespace {

// What a step up needs: a little more than it takes, and more after it had to be taken back.
constexpr double kRoom = 1.1;
constexpr double kRoomAfterFall = 1.25;
// More or fewer frames of the same stream begin at any of them, and nobody sees it as a change.
constexpr double kRoomForFrames = 1.05;
constexpr Duration kRiseAfter = 1s;
// After a step down, and doubled each time that a step up does not hold; without it layers went up
// and down 16 to 28 times in 90 s.
constexpr Duration kPenaltyFirst = 5s;
constexpr Duration kPenaltyMax = 40s;
constexpr Duration kCalm = 60s;
// What held for so long fell for another reason than that it was too much from the start.
constexpr Duration kHeld = 15s;
// Several steps of one fall are one.
constexpr Duration kSameFall = 1s;
// A moment's hole in the estimate takes nobody's picture away, and one that just fits brings none
// back: it would be taken again.
constexpr Duration kStarveAfter = 2s;
constexpr Duration kFeedAfter = 3s;
// Meanwhile the estimate may dip for so long.
constexpr Duration kDip = 2s;
// Doubled each time that it did not hold for kCalm.
constexpr Duration kFeedAfterMax = 48s;
constexpr double kRoomToFeed = 1.2;
// Who comes, or wants more, is given at once what there is: until the first probes have told.
constexpr Duration kFresh = 1500ms;

// Where a layer was not measured yet: what browsers make of 720p in three streams, by how far below
// the highest.
constexpr std::array<double, limits::kEncodingsPerProducer> kUnseenBps = {1'500'000, 500'000,
                                                                          150'000, 50'000};

// log2(pixels) * fps^0.3, of 720p at 30 frames a second and of what is below that.
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

std::uint8_t highest_temporal(const LayerBps& rates, std::uint8_t encoding) {
  std::uint8_t highest = 0;
  for (std::uint8_t t = 0; t < kTemporalLayers; ++t) {
    if (rates[encoding][t] != 0) highest = t;
  }
  return highest;
}

// Of those there are, the ones that are wanted. Where none of them is wanted, what there is is
// better than nothing.
LayerMask usable_of(LayerMask alive, std::uint8_t encodings, std::uint8_t most) {
  if (alive == 0) return 1;
  const int highest = std::min<int>(most, encodings - 1);
  const auto usable = static_cast<LayerMask>(alive & ((2U << highest) - 1));
  return usable != 0 ? usable : static_cast<LayerMask>(alive & -alive);
}

}  // namespace

// ---- one track ----

// More frames of a stream that take no more are better in any case. A larger picture that seems to
// take less than the smaller one has only begun, or is about to end: the smaller one stays.
void Allotment::add_step(Step step) {
  if (count_ > 0 && at(count_ - 1).cost_bps >= step.cost_bps) {
    if (at(count_ - 1).layers.spatial == step.layers.spatial) {
      --count_;
    } else {
      step.cost_bps = at(count_ - 1).cost_bps;
    }
  }
  if (count_ < kStepsMax) steps_[count_++] = step;
}

void Allotment::set_steps(const LayerBps& rates, LayerMask alive, std::uint8_t encodings,
                          Layers most) {
  const Layers before = layers();
  const LayerMask usable = usable_of(alive, encodings, most.spatial);
  count_ = 0;
  bool is_lowest = true;
  for (std::uint8_t s = 0; s < encodings; ++s) {
    if ((usable & layer_bit(s)) == 0) continue;
    const std::uint8_t highest = highest_temporal(rates, s);
    const std::uint8_t most_temporal = std::min(most.temporal, highest);
    const auto below = static_cast<std::uint8_t>(encodings - 1 - s);
    // Only the lowest at fewer frames: a smaller picture that moves says more than a larger one
    // that jerks.
    for (std::uint8_t t = is_lowest ? 0 : most_temporal; t <= most_temporal; ++t) {
      const double seen = rates[s][t];
      // There is always one step, even of a stream of which only frames were seen that nobody
      // wants.
      if (seen == 0 && t != most_temporal) continue;
      // Whatever more frames it turns out to have are wanted too.
      const std::uint8_t temporal = t == highest ? std::max(t, most.temporal) : t;
      add_step(
          {{s, temporal}, seen > 0 ? seen : kUnseenBps[below], utility_of(below, highest - t)});
    }
    is_lowest = false;
  }
  const auto fits = [&](const Step& step) {
    return step.layers.spatial < before.spatial ||
           (step.layers.spatial == before.spatial && step.layers.temporal <= before.temporal);
  };
  step_ = 0;
  while (step_ + 1 < count_ && fits(at(step_ + 1))) ++step_;
  // Nobody waits for a picture that is made larger, as far as there is room.
  wants_more_ |= most.spatial > most_.spatial || most.temporal > most_.temporal;
  most_ = most;
}

bool Allotment::changes_frames_alone(std::size_t step) const {
  return at(step).layers.spatial == at(step_).layers.spatial;
}

double Allotment::need_bps(std::size_t step) const {
  if (step <= step_ || fresh_until_ != kNever) return at(step).cost_bps;
  if (changes_frames_alone(step)) return at(step).cost_bps * kRoomForFrames;
  return at(step).cost_bps * (penalty_ > Duration::zero() ? kRoomAfterFall : kRoom);
}

void Allotment::begin(Instant now) {
  if (!was_wanted_) step_ = 0;
  if (!was_wanted_ || wants_more_) fresh_until_ = now + kFresh;
  was_wanted_ = true;
  wants_more_ = false;
  if (now >= fresh_until_) fresh_until_ = kNever;
  if (lowered_at_ != kNever && now - lowered_at_ > kCalm) penalty_ = {};
}

void Allotment::lower(Instant now, std::size_t step) {
  const bool is_same_fall = lowered_at_ != kNever && now - lowered_at_ < kSameFall;
  if (!changes_frames_alone(step)) {
    if (fresh_until_ == kNever && !is_same_fall) {
      const bool held = now - raised_at_ > kHeld;
      const bool is_first = penalty_ == Duration::zero();
      penalty_ = held || is_first ? kPenaltyFirst : std::min(2 * penalty_, kPenaltyMax);
    }
    lowered_at_ = now;
  }
  fits_since_ = kNever;
  step_ = step;
}

bool Allotment::may_rise(Instant now) const {
  const bool is_barred =
      lowered_at_ != kNever && now - lowered_at_ < penalty_ && !changes_frames_alone(step_ + 1);
  return !is_barred && now - fits_since_ >= kRiseAfter && now - raised_at_ >= kRiseAfter;
}

void Allotment::rise(Instant now, std::size_t best) {
  if (best <= step_) {
    fits_since_ = kNever;
    return;
  }
  if (fits_since_ == kNever) fits_since_ = now;
  if (fresh_until_ != kNever) {
    step_ = best;
  } else if (may_rise(now)) {
    ++step_;
  } else {
    return;
  }
  raised_at_ = now;
  fits_since_ = kNever;
}

// ---- all of them ----

bool Allocation::Since::holds_for(Instant now, bool holds, Duration after, Duration forgiven) {
  if (holds) {
    if (at_ == kNever) at_ = now;
    held_at_ = now;
  } else if (at_ != kNever && now - held_at_ >= forgiven) {
    at_ = kNever;
  }
  if (!holds || now - at_ < after) return false;
  at_ = kNever;
  return true;
}

void Allocation::order_by_weight(std::span<Allotment* const> tracks) {
  by_weight_.clear();
  for (Allotment* track : tracks) {
    if (track->is_wanted) by_weight_.emplace_back(by_weight_.size(), track);
  }
  // Of equal weight in the order in which they came.
  std::ranges::sort(by_weight_, [](const auto& a, const auto& b) {
    return a.second->weight != b.second->weight ? a.second->weight > b.second->weight
                                                : a.first < b.first;
  });
}

// The lowest layers of as many as fit, those first that matter most, and of these who came first.
// One that is too large for what is left takes nothing from those after it.
void Allocation::starve(double budget_bps, std::span<Allotment* const> tracks) {
  order_by_weight(tracks);
  double left = budget_bps;
  for (const auto& [order, track] : by_weight_) {
    if (track->is_given() && !track->may_starve) left -= track->at(0).cost_bps;
  }
  for (const auto& [order, track] : by_weight_) {
    if (!track->is_given() || !track->may_starve) continue;
    if (track->at(0).cost_bps <= left) {
      left -= track->at(0).cost_bps;
    } else {
      track->is_starved_ = true;
      track->step_ = 0;
    }
  }
}

// Those that fit beside `given_bps` with room to spare. True if there are any, and they are fed if
// `may`.
bool Allocation::feed(double given_bps, double budget_bps, std::span<Allotment* const> tracks,
                      bool may) {
  order_by_weight(tracks);
  bool any = false;
  for (const auto& [order, track] : by_weight_) {
    const double needed = given_bps + track->at(0).cost_bps * kRoomToFeed;
    if (!track->is_wanted || !track->is_starved_ || needed > budget_bps) continue;
    any = true;
    if (!may) break;
    given_bps = needed;
    track->is_starved_ = false;
  }
  return any;
}

void Allocation::share_lowest(Instant now, double budget_bps, std::span<Allotment* const> tracks) {
  double lowest = 0;
  bool has_starved = false;
  bool can_starve = false;
  for (Allotment* track : tracks) {
    if (!track->is_wanted) track->is_starved_ = false;
    if (track->is_given()) lowest += track->at(0).cost_bps;
    has_starved |= track->is_starved_;
    can_starve |= track->is_given() && track->may_starve;
  }
  if (too_little_.holds_for(now, can_starve && lowest > budget_bps, kStarveAfter)) {
    const bool is_again = fed_at_ != kNever && now - fed_at_ < kCalm;
    feed_after_ = is_again ? std::min(2 * feed_after_, kFeedAfterMax) : kFeedAfter;
    patient_since_ = now;
    starve(budget_bps, tracks);
  }
  if (!has_starved) {
    room_ = {};
    return;
  }
  // Nobody waits for ever for what went wrong a while ago.
  if (now - patient_since_ >= kCalm) {
    feed_after_ = std::max(feed_after_ / 2, kFeedAfter);
    patient_since_ = now;
  }
  const bool has_room = feed(lowest, budget_bps, tracks, false);
  if (!room_.holds_for(now, has_room, feed_after_, kDip)) return;
  feed(lowest, budget_bps, tracks, true);
  fed_at_ = now;
}

void Allocation::solve(double budget_bps, std::span<Allotment* const> tracks, bool with_room) {
  best_.assign(tracks.size(), 0);
  const auto cost = [&](std::size_t i, std::size_t step) {
    return with_room ? tracks[i]->need_bps(step) : tracks[i]->at(step).cost_bps;
  };
  double left = budget_bps;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    left -= cost(i, 0);
  }
  for (;;) {
    double most_for_bits = 0;
    std::size_t chosen = tracks.size();
    for (std::size_t i = 0; i < tracks.size(); ++i) {
      const Allotment& track = *tracks[i];
      const std::size_t next = best_[i] + 1;
      if (next >= track.steps()) continue;
      const double more = cost(i, next) - cost(i, best_[i]);
      if (more > left) continue;
      const double gain = track.weight * (track.at(next).utility - track.at(best_[i]).utility);
      const double for_bits = gain / std::max(more, 1.0);
      if (for_bits <= most_for_bits) continue;
      most_for_bits = for_bits;
      chosen = i;
    }
    if (chosen == tracks.size()) return;
    left -= cost(chosen, best_[chosen] + 1) - cost(chosen, best_[chosen]);
    ++best_[chosen];
  }
}

Allocation::Result Allocation::allot(Instant now, double budget_bps,
                                     std::span<Allotment* const> tracks) {
  share_lowest(now, budget_bps, tracks);
  double held = 0;
  wanted_.clear();
  for (Allotment* track : tracks) {
    if (track->is_given()) {
      track->begin(now);
      held += track->cost_bps();
      wanted_.push_back(track);
    } else if (!track->is_wanted) {
      track->was_wanted_ = false;
    }
  }
  if (held > budget_bps) {
    solve(budget_bps, wanted_, false);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (best_[i] < wanted_[i]->step_) wanted_[i]->lower(now, best_[i]);
    }
  }
  solve(budget_bps, wanted_, true);
  for (std::size_t i = 0; i < wanted_.size(); ++i) wanted_[i]->rise(now, best_[i]);
  return summarize(tracks);
}

Allocation::Result Allocation::give_all(Instant now, std::span<Allotment* const> tracks) {
  for (Allotment* track : tracks) {
    track->is_starved_ = false;
    if (track->is_wanted) track->begin(now);
    track->step_ = track->steps() - 1;
  }
  return summarize(tracks);
}

Allocation::Result Allocation::summarize(std::span<Allotment* const> tracks) {
  Result out;
  double least_more = 0;
  for (const Allotment* track : tracks) {
    if (!track->is_wanted) continue;
    out.ideal_bps += track->at(track->steps() - 1).cost_bps;
    if (track->is_starved_) {
      // What is not sent at all must be tried for too, or it never comes back.
      const double more = track->at(0).cost_bps * kRoomToFeed;
      if (least_more == 0 || more < least_more) least_more = more;
      continue;
    }
    out.now_bps += track->cost_bps();
    if (track->is_highest()) continue;
    const double more = track->need_bps(track->step_ + 1) - track->cost_bps();
    if (least_more == 0 || more < least_more) least_more = more;
  }
  if (least_more > 0) out.next_step_bps = out.now_bps + least_more;
  out.ideal_bps = std::max(out.ideal_bps, out.next_step_bps);
  return out;
}

}  // namespace confab::sfu
