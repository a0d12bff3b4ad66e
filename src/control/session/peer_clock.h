// How another process's monotonic clock stands to ours, from what it said of its own. A message is
// late by what it waited on its way, which is never less than nothing: of the last ones the one
// that waited least is right, and a few that lay in a frozen process do not count.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/instant.h"

namespace confab::control {

class PeerClock {
 public:
  // It was read `now` that the other clock stood at `theirs` when it was sent.
  void heard(Instant now, Instant theirs) { offsets_[count_++ % kKept] = now - theirs; }
  // The same moment by our clock: at most as much too late as the best of them waited. kNever stays
  // it, and so does all until something was heard.
  Instant ours(Instant theirs) const {
    if (theirs == kNever || count_ == 0) return kNever;
    const auto end = offsets_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, kKept));
    return theirs + *std::min_element(offsets_.begin(), end);
  }

 private:
  // Eight seconds of beats, in which clocks drift apart by some milliseconds at the most.
  static constexpr std::size_t kKept = 16;
  std::array<Duration, kKept> offsets_{};
  std::size_t count_ = 0;
};

}  // namespace confab::control
