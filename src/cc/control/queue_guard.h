// Sees a queue that stands, which the trend does not: where the rate fell far below what is sent,
// the queue fills at once and then no longer grows. Ours, not goog_cc's. In a fall to a quarter
// with a queue of 150, 500 or 1000 ms the queue stayed above 100 ms for 2.5 to 3.5, 1.5 and 2 s
// with it, for 6 to 14, 3.5 and 6 s without.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "base/instant.h"
#include "cc/control/messages.h"

namespace confab::cc {

class QueueGuard {
 public:
  // With each feedback.
  void on_feedback(Instant now, std::span<const PacketResult> results);
  bool is_draining() const { return draining_since_.has_value(); }
  // To at most so much of the rate that arrives, while it drains.
  double share() const;
  // The least that any packet of the last feedback waited in the network.
  Duration queue() const { return queue_; }
  // Another way to the receiver, with a delay of its own.
  void reset() { *this = QueueGuard{}; }

 private:
  // The shortest way of a packet, as the clocks of both ends have it, in each of the last six spans
  // of 10 s.
  struct Base {
    static constexpr Duration kSpan = 10s;
    std::array<Duration, 6> lowest;
    Instant span_until{};
    std::size_t current = 0;
    bool is_known = false;

    void add(Instant now, Duration way);
    Duration value() const;
  };

  Base base_;
  Duration queue_{};
  std::optional<Instant> over_since_;
  std::optional<Instant> draining_since_;
};

}  // namespace confab::cc
