#include "sfu/repeat_guard.h"

namespace confab::sfu {
namespace {

std::uint16_t to_tick(Instant t) {
  return static_cast<std::uint16_t>(to_ms(t.time_since_epoch()));
}
Duration since(std::uint16_t then, Instant now) {
  return static_cast<std::uint16_t>(to_tick(now) - then) * 1ms;
}

}  // namespace

RepeatGuard::Verdict RepeatGuard::ask(Instant now, std::int64_t seq, Duration repeat_after,
                                      std::size_t places) {
  if (slots_.size() < places) grow(places);
  const auto number = static_cast<std::uint32_t>(seq);
  Repeated& slot = slot_of(number);
  if (slot.seq != number) slot = {.seq = number};
  if (slot.times >= kRepeatsMax) return Verdict::kTooOften;
  if (slot.times > 0 && since(slot.at, now) < repeat_after) return Verdict::kTooSoon;
  return Verdict::kMay;
}

void RepeatGuard::note(Instant now, std::int64_t seq) {
  Repeated& slot = slot_of(static_cast<std::uint32_t>(seq));
  slot.at = to_tick(now);
  ++slot.times;
}

void RepeatGuard::grow(std::size_t places) {
  std::vector<Repeated> before(places);
  before.swap(slots_);
  for (const Repeated& r : before) {
    if (r.times > 0) slot_of(r.seq) = r;
  }
}

}  // namespace confab::sfu
