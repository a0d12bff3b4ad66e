#include "sfu/sent_runs.h"

#include <algorithm>
#include <ranges>

#include "base/check.h"

namespace confab::sfu {

void SentRuns::begin(const Run& run) {
  DCHECK(runs_.empty() || runs_.back().first <= run.first);
  // One of which nothing was given out.
  if (!runs_.empty() && runs_.back().first == run.first) runs_.pop_back();
  if (runs_.size() == kRunsMax) runs_.erase(runs_.begin());
  runs_.push_back(run);
}

const SentRuns::Run* SentRuns::find(std::int64_t seq) const {
  const auto newest_first = runs_ | std::views::reverse;
  const auto it = std::ranges::find_if(newest_first, [&](const Run& r) { return r.first <= seq; });
  return it == newest_first.end() ? nullptr : &*it;
}

}  // namespace confab::sfu
