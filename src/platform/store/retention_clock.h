// How old things are, for who deletes them. It follows the system's clock, but a jump of that clock
// does not carry it along: one start with a wrong date would else delete everything.
//
//   at a start    what passed since the clock was last kept is believed up to kCredibleGap: a
//   server
//                 that is started for one meeting a week. Of more, nothing is.
//   while running twice the time that passed by the monotonic clock, at the most. What was not
//                 believed is so caught up with in steps; a year of being switched off takes a year
//                 of running, in which things are kept for longer than asked.
//
// It never goes back: a system clock that does is waited for. One thread; handed the time.
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"

namespace confab::store {

// Both clocks, read at once.
struct ClockReading {
  std::int64_t unix_ms = 0;
  Instant at{};
};

class RetentionClock {
 public:
  static constexpr std::int64_t kCredibleGapMs = to_ms(std::chrono::days(8));

  // What a restart must know. Nothing at all: the first reading is believed.
  struct Kept {
    std::int64_t trusted_ms = 0;
    std::int64_t unix_ms = 0;  // of the last reading
  };
  explicit RetentionClock(std::optional<Kept> kept) : kept_(kept) {}

  void read(ClockReading now);

  // What age is measured from; nothing before the first reading, when nothing may be deleted.
  std::optional<std::int64_t> now_ms() const;
  // How far the system's clock is ahead of what is believed.
  Duration disbelieved() const;
  // When something counts as made that says it was made at `at_ms`: a system clock that is years
  // behind must not make things that are old already.
  std::int64_t counts_from_ms(std::int64_t at_ms) const;
  std::optional<Kept> kept() const { return kept_; }

 private:
  std::optional<Kept> kept_;
  std::optional<Instant> last_;
};

}  // namespace confab::store
