// Spreads what leaves for one receiver, so that a key frame does not arrive at its link as one
// burst. Audio, RTCP and STUN never wait here, but what they take is taken from the rest. Where the
// target is far above what is sent there is nothing to spread, and packets leave together, which is
// the cheapest way to send them.
#pragma once

#include <cstddef>

#include "base/instant.h"

namespace confab::cc {

class Pacer {
 public:
  // `tick`: how often packets leave at the soonest; so much of the rate may go at once.
  explicit Pacer(Duration tick) : tick_(tick) {}

  void set_target(double target_bps) { target_bps_ = target_bps; }
  // A burst at exactly this rate, each packet by itself; 0: it is over.
  void set_probe(double rate_bps) { probe_bps_ = rate_bps; }
  // When the next packet may leave if so much waits in all; `now` if it may at once.
  Instant next_send(Instant now, std::size_t bytes_waiting) const;
  void on_sent(Instant now, std::size_t bytes, std::size_t bytes_waiting);
  // Whether nothing is held up.
  bool is_bypassed(Instant now) const;

 private:
  static constexpr Duration kSpan = 250ms;

  double rate_bps(std::size_t bytes_waiting) const;
  double debt_bits(Instant now, double rate_bps) const;
  double sent_bps(Instant now) const;

  Duration tick_;
  double target_bps_ = 300'000;
  double probe_bps_ = 0;
  // What was sent beyond the rate; worked off at the rate.
  double debt_bits_ = 0;
  Instant debt_at_{};
  // What was sent in the present span and in the one before it.
  double span_bits_ = 0;
  double previous_bits_ = 0;
  Instant span_from_{};
};

}  // namespace confab::cc
