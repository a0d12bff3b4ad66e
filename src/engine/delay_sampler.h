// How long packets stay here, from the kernel taking them in to the kernel having taken them out
// again: what an SFU adds to a call. Of a sample only, since a stamp on each packet would cost more
// than forwarding it (380 ns): every half second the sockets stamp for a moment.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/instant.h"

namespace confab::engine {

struct DelayHistogram {
  static constexpr std::array<Duration, 16> kBounds = {
      50us,   100us, 200us,  300us,  500us, 750us, 1000us, 1500us,
      2000us, 3ms,   5000us, 7500us, 10ms,  20ms,  50ms,   100ms};

  // How many were at most kBounds[i] and above the bound before it; the last: above all.
  std::array<std::uint64_t, kBounds.size() + 1> counts{};
  Duration sum{};

  void add(Duration delay) {
    // The wall clock was set meanwhile.
    if (delay < Duration::zero()) return;
    const auto bound = std::ranges::lower_bound(kBounds, delay);
    ++counts[static_cast<std::size_t>(bound - kBounds.begin())];
    sum += delay;
  }
};

//   Off ──kOff──▶ Settling ──kSettle──▶ Sampling ──kSample──▶ Off
// While it settles sockets stamp already, but what was in their queues before gets its stamp when
// it is read: too late to count. On a core that is behind, that takes longer: UdpSocket waits until
// its queue was empty once.
class DelaySampler {
 public:
  enum class State : std::uint8_t { kOff, kSettling, kSampling };

  explicit DelaySampler(Instant start) : next_(start + kOff) {}

  // Once in a round, before receiving. True if the state changed.
  bool update(Instant now) {
    if (now < next_) return false;
    switch (state_) {
      case State::kOff:
        state_ = State::kSettling;
        next_ = now + kSettle;
        break;
      case State::kSettling:
        state_ = State::kSampling;
        next_ = now + kSample;
        break;
      case State::kSampling:
        state_ = State::kOff;
        next_ = now + kOff;
        break;
    }
    return true;
  }
  State state() const { return state_; }

 private:
  // Together no multiple of what media are paced by (20 ms, 33 ms), so that samples wander over it.
  static constexpr Duration kOff = 457ms;
  static constexpr Duration kSettle = 5ms;
  static constexpr Duration kSample = 25ms;

  State state_ = State::kOff;
  Instant next_;
};

}  // namespace confab::engine
