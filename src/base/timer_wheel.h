// A hierarchical timer wheel: thousands of deadlines, O(1) to set, move and cancel, no allocation.
// For whoever holds many objects with a next_timeout() each (a shard and its transports): one Timer
// in each object, one wheel beside them. Not thread-safe; time comes from the caller.
//
// Five levels of 64 slots at 1 ms: 17 minutes in the first three, 12 days in all. A Timer fires at
// the first advance() to its deadline or after it, never before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace confab {

class TimerWheel;

// One deadline. Leaves its wheel when it is destroyed; does not move.
class Timer {
 public:
  // `owner` is handed back when the timer fires.
  explicit Timer(void* owner) : owner_(owner) {}
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  bool is_set() const { return wheel_ != nullptr; }
  Instant deadline() const { return deadline_; }
  void* owner() const { return owner_; }

 private:
  friend class TimerWheel;
  void* owner_;
  TimerWheel* wheel_ = nullptr;
  Timer* next_ = nullptr;
  Timer* previous_ = nullptr;
  std::uint16_t slot_ = 0;
  Instant deadline_ = kNever;
};

class TimerWheel {
 public:
  // Nothing before `start` will be asked for.
  explicit TimerWheel(Instant start) : now_tick_(tick_before(start)) {}
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Sets or moves. kNever cancels. A deadline in the past fires at the next advance.
  void set(Timer& timer, Instant deadline);
  void cancel(Timer& timer);
  // When to call advance at the latest: the soonest deadline, in whole ticks, and the last advance
  // if that is past; earlier if one that was sooner has been moved or cancelled, or if all are days
  // away. kNever when empty.
  Instant next() const;
  // Takes out one timer that is due at `now`, nullptr when there is none left. Timers may be set
  // and cancelled between the calls.
  Timer* advance(Instant now);
  std::size_t size() const { return size_; }

 private:
  static constexpr unsigned kSlotBits = 6;
  static constexpr unsigned kSlots = 1u << kSlotBits;
  static constexpr unsigned kLevels = 5;
  static constexpr std::uint16_t kDueSlot = kLevels * kSlots;

  static std::uint64_t tick_before(Instant t);
  static std::uint64_t tick_after(Instant t);
  static Instant to_instant(std::uint64_t tick);
  void link(Timer& timer, std::uint16_t slot, std::uint64_t tick);
  void unlink(Timer& timer);
  void place(Timer& timer);
  void step_to(std::uint64_t tick);
  void spread(std::uint16_t slot);
  // The next slot of a level after now_tick_ that holds something, by its number since the
  // beginning of time. There must be one.
  std::uint64_t next_position(unsigned level) const;
  // The next tick at which a slot has to be spread or fired; UINT64_MAX when all are empty.
  std::uint64_t next_step() const;

  std::uint64_t now_tick_;
  std::size_t size_ = 0;
  std::array<std::uint64_t, kLevels> occupied_{};
  std::array<Timer*, kLevels * kSlots + 1> heads_{};
  // No timer of the slot is due before; means nothing of an empty one.
  std::array<std::uint64_t, kLevels * kSlots> soonest_{};
};

}  // namespace confab
