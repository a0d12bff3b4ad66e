#include "rtc/ice/path_choice.h"

namespace confab::ice {

void PathChoice::want(Instant now, const PathEntry& entry, const PathTable& paths) {
  wanted_ = entry.path;
  if (selected_ == wanted_) return;
  const PathEntry* const from = selected_ ? paths.find(*selected_) : nullptr;
  if (from != nullptr && from->is_proven()) {
    const bool comes_from_there = entry.is_proven() && now - entry.last_authentic < kAlive;
    if (!comes_from_there) {
      if (!may_try(now, *from)) return;
      home_ = selected_;
    }
  }
  selected_ = wanted_;
  if (home_ == selected_) home_.reset();
}

bool PathChoice::may_try(Instant now, const PathEntry& from) {
  const bool is_alive = now - from.last_authentic < kAlive;
  const bool is_wary = failed_at_ && now - *failed_at_ < kWary;
  return (!is_alive && !is_wary) || trials_.take(now);
}

void PathChoice::return_home(Instant now) {
  selected_ = wanted_ = home_;
  home_.reset();
  failed_at_ = now;
}

void PathChoice::on_check_at_home(Instant now) {
  if (home_) return_home(now);
}

void PathChoice::on_authentic(Instant now, PathEntry& entry, const PathTable& paths) {
  entry.last_authentic = now;
  if (selected_ == entry.path) {
    home_.reset();
    return;
  }
  if (home_ == entry.path) return return_home(now);
  const PathEntry* const from = selected_ ? paths.find(*selected_) : nullptr;
  const bool is_only_here = from == nullptr || now - from->last_authentic >= kMoved;
  if (wanted_ != entry.path && !is_only_here) return;
  selected_ = wanted_ = entry.path;
  home_.reset();
}

void PathChoice::forget_lost(const PathTable& paths) {
  const auto is_lost = [&](const std::optional<Path>& path) {
    return path && paths.find(*path) == nullptr;
  };
  if (is_lost(home_)) home_.reset();
  if (is_lost(selected_)) {
    const PathEntry* const best = paths.best();
    selected_ = home_;
    if (!selected_ && best != nullptr) selected_ = best->path;
    home_.reset();
  }
  if (!wanted_ || is_lost(wanted_)) wanted_ = selected_;
}

bool PathChoice::is_consistent(const PathTable& paths) const {
  const auto is_known = [&](const std::optional<Path>& path) {
    return !path || paths.find(*path) != nullptr;
  };
  return is_known(selected_) && is_known(wanted_) && is_known(home_) &&
         selected_.has_value() == wanted_.has_value() && (!home_ || home_ != selected_);
}

}  // namespace confab::ice
