#include "base/timer_wheel.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/random.h"

namespace confab {
namespace {

TEST(TimerWheel, FiresAtTheDeadlineNotBefore) {
  TimerWheel wheel(Instant{0s});
  int owner = 0;
  Timer timer(&owner);
  wheel.set(timer, Instant{1500us});

  EXPECT_EQ(wheel.advance(Instant{1ms}), nullptr);
  EXPECT_EQ(wheel.next(), Instant{2ms});
  EXPECT_EQ(wheel.advance(Instant{2ms}), &timer);
  EXPECT_FALSE(timer.is_set());
  EXPECT_EQ(wheel.next(), kNever);
}

TEST(TimerWheel, PastDeadlinesFireAtOnce) {
  TimerWheel wheel(Instant{10s});
  Timer timer(nullptr);
  wheel.set(timer, Instant{3s});
  EXPECT_LE(wheel.next(), Instant{10s});
  EXPECT_EQ(wheel.advance(Instant{10s}), &timer);
}

TEST(TimerWheel, NobodyIsWokenBeforeSomethingIsDue) {
  TimerWheel wheel(Instant{0s});
  Timer soon(nullptr);
  Timer later(nullptr);
  Timer days(nullptr);
  wheel.set(days, Instant{std::chrono::hours(200)});
  EXPECT_EQ(wheel.next(), Instant{std::chrono::hours(200)});
  wheel.set(later, Instant{150ms});
  wheel.set(soon, Instant{140ms});  // of the same coarse slot
  EXPECT_EQ(wheel.next(), Instant{140ms});
  EXPECT_EQ(wheel.advance(Instant{140ms}), &soon);
  EXPECT_EQ(wheel.next(), Instant{150ms});
  EXPECT_EQ(wheel.advance(Instant{150ms}), &later);
  EXPECT_EQ(wheel.next(), Instant{std::chrono::hours(200)});
}

TEST(TimerWheel, TimersLeaveWhenDestroyed) {
  TimerWheel wheel(Instant{0s});
  {
    Timer timer(nullptr);
    wheel.set(timer, Instant{5s});
    EXPECT_EQ(wheel.size(), 1u);
  }
  EXPECT_EQ(wheel.size(), 0u);
  EXPECT_EQ(wheel.next(), kNever);
}

// Against a plain list: random sets, moves and cancels over days, random steps of time.
TEST(TimerWheel, AgreesWithAPlainListOverRandomRuns) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    Instant now{std::chrono::hours(random.between(0, 100))};
    TimerWheel wheel(now);
    struct Entry {
      Timer timer{this};
      Instant due = kNever;
    };
    std::vector<std::unique_ptr<Entry>> entries;
    for (int i = 0; i < 50; ++i) entries.push_back(std::make_unique<Entry>());
    const Duration spans[] = {3ms, 70ms, 5s, 300s, std::chrono::hours(5), std::chrono::hours(400)};
    for (int step = 0; step < 400; ++step) {
      Entry& entry = *entries[random.between(0, 49)];
      const Duration span = spans[random.between(0, 5)];
      entry.due = random.between(0, 9) == 0
                      ? kNever
                      : now + Duration{static_cast<std::int64_t>(
                                  random.u64() % static_cast<std::uint64_t>(span.count()))};
      wheel.set(entry.timer, entry.due);

      Instant soonest = kNever;
      for (const auto& e : entries) soonest = std::min(soonest, e->due);
      if (soonest != kNever) {
        ASSERT_LT(wheel.next(), soonest + 1ms);
      }

      now += Duration{static_cast<std::int64_t>(
          random.u64() % static_cast<std::uint64_t>(spans[random.between(0, 4)].count()))};
      while (Timer* timer = wheel.advance(now)) {
        Entry& fired = *static_cast<Entry*>(timer->owner());
        ASSERT_LE(fired.due, now);
        fired.due = kNever;
      }
      for (const auto& e : entries) {
        if (e->due != kNever) {
          ASSERT_GT(e->due + 1ms, now);
        }
      }
    }
  }
}

}  // namespace
}  // namespace confab
