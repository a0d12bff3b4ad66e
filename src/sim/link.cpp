#include "sim/link.h"

#include <algorithm>

namespace confab::sim {

Link::Fate Link::send(Instant now) {
  Fate fate;
  if (happens(profile_.loss_permille)) return fate;
  Instant arrival = now + profile_.delay;
  if (profile_.jitter > Duration::zero()) {
    const auto jitter_us = static_cast<std::uint32_t>(to_us(profile_.jitter));
    arrival += std::chrono::microseconds(random_.between(0, jitter_us));
  }
  if (happens(profile_.reorder_permille)) {
    arrival += profile_.reorder_by;
  } else {
    last_arrival_ = arrival = std::max(arrival, last_arrival_);
  }
  fate.arrivals[fate.copies++] = arrival;
  if (happens(profile_.duplicate_permille)) fate.arrivals[fate.copies++] = arrival + 1ms;
  return fate;
}

}  // namespace confab::sim
