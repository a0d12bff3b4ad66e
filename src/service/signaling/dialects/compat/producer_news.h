// What one front end of the compatibility set hears of new producers. It asks for those that are
// there (`getProducers`) at about the time it begins to listen for more, and shows twice what it
// hears of twice. So news wait until it has asked, since the answer tells them, but no longer than
// kAsksWithin: there may be front ends that never ask. Sans-IO; one per joined connection.
#pragma once

#include <vector>

#include "base/instant.h"
#include "call/actions.h"

namespace confab::signaling::compat {

// From the first news on. Two browsers that join together ask within half a second.
inline constexpr Duration kAsksWithin = 1s;
inline constexpr std::size_t kWaitingMax = 64;

class ProducerNews {
 public:
  // Keeps the notice if it has to wait; false if it may be told at once. When more than kWaitingMax
  // wait, they are due.
  bool keep(Instant now, const call::Notice& notice);
  // It has just been answered with all producers: what it need not hear any more is forgotten, the
  // rest is returned in order. Nothing waits from now on.
  std::vector<call::Notice> on_asked();
  // It did not ask in time: all that waits, in order. Nothing waits from now on.
  std::vector<call::Notice> release();
  // When to call release(); kNever while nothing waits.
  Instant due() const { return due_; }

 private:
  bool is_waiting(const ProducerId& id) const;

  bool is_open_ = false;
  Instant due_ = kNever;
  std::vector<call::Notice> waiting_;
};

}  // namespace confab::signaling::compat
