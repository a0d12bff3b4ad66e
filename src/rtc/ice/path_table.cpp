#include "rtc/ice/path_table.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace confab::ice {

PathEntry* PathTable::find(const Path& path) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (entries_[i].path == path) return &entries_[i];
  }
  return nullptr;
}

const PathEntry* PathTable::find(const Path& path) const {
  for (const PathEntry& entry : entries()) {
    if (entry.path == path) return &entry;
  }
  return nullptr;
}

PathEntry& PathTable::add(const Path& path) {
  CHECK(!is_full());
  DCHECK(find(path) == nullptr);
  PathEntry& entry = entries_[size_++];
  entry = PathEntry{};
  entry.path = path;
  return entry;
}

bool PathTable::remove(const Path& path) {
  PathEntry* const entry = find(path);
  if (entry == nullptr) return false;
  *entry = entries_[--size_];
  return true;
}

const PathEntry* PathTable::oldest_except(Keep keep) const {
  const PathEntry* oldest = nullptr;
  for (const PathEntry& entry : entries()) {
    if (std::ranges::find(keep, std::optional(entry.path)) != keep.end()) continue;
    if (oldest == nullptr || entry.last_check < oldest->last_check) oldest = &entry;
  }
  return oldest;
}

const PathEntry* PathTable::best() const {
  const auto rank = [](const PathEntry& entry) {
    return std::tuple(entry.generation, entry.nominated, entry.last_check, entry.priority);
  };
  const auto all = entries();
  const auto found =
      std::max_element(all.begin(), all.end(),
                       [&](const PathEntry& a, const PathEntry& b) { return rank(a) < rank(b); });
  return found == all.end() ? nullptr : &*found;
}

void PathTable::forget_nominations() {
  for (std::size_t i = 0; i < size_; ++i) entries_[i].nominated = false;
}

bool Nomination::apply(const Check& check, PathEntry& entry, const PathEntry* selected) {
  if (const std::uint32_t value = check.nomination.value_or(0); value > 0) {
    // A lower value is an older decision that a newer one has overtaken on the way.
    if (value < highest_) return false;
    highest_ = value;
    entry.nominated = true;
    return true;
  }
  // A peer that nominates with values stops repeating one once it was answered: a check without
  // says nothing about nomination.
  if (highest_ > 0) return false;

  const bool becomes_nominated = check.use_candidate && !entry.nominated;
  entry.nominated = check.use_candidate;
  if (!check.use_candidate) return false;
  if (selected == nullptr || !selected->nominated || becomes_nominated) return true;
  return entry.priority > selected->priority || check.previous > selected->last_check;
}

}  // namespace confab::ice
