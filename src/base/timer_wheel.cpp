#include "base/timer_wheel.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace confab {
namespace {

constexpr std::int64_t kTickNs = 1'000'000;

}  // namespace

Timer::~Timer() {
  if (wheel_ != nullptr) wheel_->cancel(*this);
}

TimerWheel::~TimerWheel() {
  for (Timer* head : heads_) {
    while (head != nullptr) {
      Timer* next = head->next_;
      head->wheel_ = nullptr;
      head = next;
    }
  }
}

std::uint64_t TimerWheel::tick_before(Instant t) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(t.time_since_epoch().count(), 0) /
                                    kTickNs);
}

std::uint64_t TimerWheel::tick_after(Instant t) {
  const std::int64_t ns = std::max<std::int64_t>(t.time_since_epoch().count(), 0);
  return static_cast<std::uint64_t>(ns / kTickNs + (ns % kTickNs != 0 ? 1 : 0));
}

Instant TimerWheel::to_instant(std::uint64_t tick) {
  return Instant{Duration{static_cast<std::int64_t>(tick) * kTickNs}};
}

void TimerWheel::link(Timer& timer, std::uint16_t slot, std::uint64_t tick) {
  timer.slot_ = slot;
  timer.previous_ = nullptr;
  timer.next_ = heads_[slot];
  if (timer.next_ != nullptr) timer.next_->previous_ = &timer;
  heads_[slot] = &timer;
  if (slot == kDueSlot) return;
  occupied_[slot / kSlots] |= std::uint64_t{1} << (slot % kSlots);
  soonest_[slot] = timer.next_ == nullptr ? tick : std::min(soonest_[slot], tick);
}

void TimerWheel::unlink(Timer& timer) {
  if (timer.next_ != nullptr) timer.next_->previous_ = timer.previous_;
  if (timer.previous_ != nullptr) {
    timer.previous_->next_ = timer.next_;
  } else {
    heads_[timer.slot_] = timer.next_;
    if (timer.next_ == nullptr && timer.slot_ != kDueSlot) {
      occupied_[timer.slot_ / kSlots] &= ~(std::uint64_t{1} << (timer.slot_ % kSlots));
    }
  }
  timer.next_ = timer.previous_ = nullptr;
}

// Level n holds what is due within 64^(n+1) ticks, in the slot its tick's n-th digit names. A slot
// that now_tick_ has reached already is spread or fired, so the slot of the current digit is free
// for the next round.
void TimerWheel::place(Timer& timer) {
  const std::uint64_t tick = tick_after(timer.deadline_);
  if (tick <= now_tick_) {
    link(timer, kDueSlot, tick);
    return;
  }
  for (unsigned level = 0; level < kLevels; ++level) {
    const std::uint64_t distance =
        (tick >> (level * kSlotBits)) - (now_tick_ >> (level * kSlotBits));
    if (distance < kSlots) {
      const auto digit = static_cast<std::uint16_t>((tick >> (level * kSlotBits)) % kSlots);
      link(timer, static_cast<std::uint16_t>(level * kSlots + digit), tick);
      return;
    }
  }
  // Beyond the last level: the farthest slot there is; it is placed anew when that comes up, before
  // what the slots after it hold is due.
  const unsigned top = kLevels - 1;
  const std::uint64_t farthest = (now_tick_ >> (top * kSlotBits)) + kSlots - 1;
  link(timer, static_cast<std::uint16_t>(top * kSlots + farthest % kSlots),
       farthest << (top * kSlotBits));
}

void TimerWheel::set(Timer& timer, Instant deadline) {
  if (deadline == kNever) {
    cancel(timer);
    return;
  }
  if (timer.wheel_ != nullptr) {
    if (timer.deadline_ == deadline) return;
    unlink(timer);
  } else {
    timer.wheel_ = this;
    ++size_;
  }
  DCHECK(timer.wheel_ == this);
  timer.deadline_ = deadline;
  place(timer);
}

void TimerWheel::cancel(Timer& timer) {
  if (timer.wheel_ == nullptr) return;
  DCHECK(timer.wheel_ == this);
  unlink(timer);
  timer.wheel_ = nullptr;
  timer.deadline_ = kNever;
  --size_;
}

std::uint64_t TimerWheel::next_position(unsigned level) const {
  const std::uint64_t position = now_tick_ >> (level * kSlotBits);
  const auto digit = static_cast<int>(position % kSlots);
  // Turned so that bit 0 is the slot after the current one.
  const std::uint64_t turned = std::rotr(occupied_[level], (digit + 1) % 64);
  return position + 1 + static_cast<std::uint64_t>(std::countr_zero(turned));
}

std::uint64_t TimerWheel::next_step() const {
  std::uint64_t best = UINT64_MAX;
  for (unsigned level = 0; level < kLevels; ++level) {
    if (occupied_[level] != 0) best = std::min(best, next_position(level) << (level * kSlotBits));
  }
  return best;
}

// Not next_step: to be woken only to spread a slot would be to be woken for nothing, and what is
// late to be spread is spread by the advance that fires it.
Instant TimerWheel::next() const {
  if (heads_[kDueSlot] != nullptr) return to_instant(now_tick_);
  std::uint64_t best = UINT64_MAX;
  for (unsigned level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    best = std::min(best, soonest_[level * kSlots + next_position(level) % kSlots]);
  }
  return best == UINT64_MAX ? kNever : to_instant(best);
}

void TimerWheel::spread(std::uint16_t slot) {
  while (Timer* timer = heads_[slot]) {
    unlink(*timer);
    place(*timer);
  }
}

void TimerWheel::step_to(std::uint64_t tick) {
  now_tick_ = tick;
  // From the top, so that what falls from one level is met again in the next.
  for (unsigned level = kLevels; level-- > 0;) {
    if (tick % (std::uint64_t{1} << (level * kSlotBits)) != 0) continue;
    const auto digit = static_cast<std::uint16_t>((tick >> (level * kSlotBits)) % kSlots);
    spread(static_cast<std::uint16_t>(level * kSlots + digit));
  }
}

Timer* TimerWheel::advance(Instant now) {
  const std::uint64_t target = tick_before(now);
  while (heads_[kDueSlot] == nullptr) {
    const std::uint64_t tick = next_step();
    if (tick > target) {
      now_tick_ = std::max(now_tick_, target);
      return nullptr;
    }
    step_to(tick);
  }
  Timer* due = heads_[kDueSlot];
  cancel(*due);
  return due;
}

}  // namespace confab
