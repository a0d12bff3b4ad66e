#include "sim/link/wire.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace confab::sim {

void Wire::send(Instant now, ByteView packet) {
  const Link::Fate fate = link_.send(now, packet.size());
  for (std::size_t i = 0; i < fate.copies; ++i) {
    packets_.push({fate.arrivals[i], sent_++, {packet.begin(), packet.end()}});
  }
}

std::vector<std::uint8_t> Wire::take(Instant now) {
  DCHECK(next() <= now);
  std::vector<std::uint8_t> bytes = packets_.top().bytes;
  lateness_ = std::max(lateness_, now - packets_.top().at);
  packets_.pop();
  return bytes;
}

Duration Wire::take_lateness() {
  return std::exchange(lateness_, Duration::zero());
}

}  // namespace confab::sim
