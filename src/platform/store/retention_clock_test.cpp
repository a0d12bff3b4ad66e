#include "platform/store/retention_clock.h"

#include "gtest/gtest.h"

namespace confab::store {
namespace {

constexpr std::int64_t kHour = to_ms(1h);
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kStopped = 20'000 * kDay;

RetentionClock after_a_stop() {
  return RetentionClock(RetentionClock::Kept{kStopped, kStopped});
}
Instant at(Duration since_start) {
  return Instant{} + since_start;
}

TEST(RetentionClock, follows_the_system_clock_while_it_runs_and_over_ordinary_breaks) {
  RetentionClock clock(std::nullopt);
  EXPECT_FALSE(clock.now_ms());
  for (int hours = 0; hours < 24 * 400; ++hours) {
    clock.read({kStopped + hours * kHour, at(std::chrono::hours(hours))});
    ASSERT_EQ(clock.now_ms(), kStopped + hours * kHour);
  }
  RetentionClock week_later = after_a_stop();
  week_later.read({kStopped + 7 * kDay, at(0s)});
  EXPECT_EQ(week_later.now_ms(), kStopped + 7 * kDay);
  EXPECT_EQ(week_later.disbelieved(), 0s);
}

TEST(RetentionClock, a_start_100_days_ahead_makes_nothing_older) {
  RetentionClock clock = after_a_stop();
  clock.read({kStopped + 100 * kDay, at(0s)});
  EXPECT_EQ(clock.now_ms(), kStopped);
  EXPECT_EQ(clock.disbelieved(), std::chrono::days(100));
  // Nor do many such starts.
  for (int start = 0; start < 50; ++start) {
    RetentionClock again(clock.kept());
    again.read({kStopped + 100 * kDay + start, at(0s)});
    EXPECT_LT(*again.now_ms(), kStopped + 1000);
    clock = again;
  }
}

TEST(RetentionClock, a_jump_while_running_is_walked_after_at_twice_the_pace) {
  RetentionClock clock = after_a_stop();
  clock.read({kStopped, at(0s)});
  clock.read({kStopped + 100 * kDay, at(1h)});
  EXPECT_EQ(clock.now_ms(), kStopped + 2 * kHour);
  clock.read({kStopped + 101 * kDay, at(25h)});
  EXPECT_EQ(clock.now_ms(), kStopped + 50 * kHour);
  // When it was right after all, it is caught up with.
  clock.read({kStopped + 250 * kDay, at(std::chrono::days(150))});
  EXPECT_EQ(clock.disbelieved(), 0s);
}

TEST(RetentionClock, a_jump_that_is_taken_back_leaves_nothing_behind) {
  RetentionClock clock = after_a_stop();
  clock.read({kStopped, at(0s)});
  clock.read({kStopped + 100 * kDay, at(1h)});
  clock.read({kStopped + 2 * kHour, at(2h)});
  EXPECT_EQ(clock.now_ms(), kStopped + 2 * kHour);
}

TEST(RetentionClock, a_clock_that_was_in_1970_for_a_minute_is_forgiven) {
  RetentionClock clock = after_a_stop();
  clock.read({kHour, at(0s)});
  EXPECT_EQ(clock.now_ms(), kHour) << "nothing is older than the little that passed since 1970";
  // What is made meanwhile does not count as made in 1970.
  EXPECT_EQ(clock.counts_from_ms(kHour), kStopped - RetentionClock::kCredibleGapMs);
  clock.read({kStopped + kHour, at(1h)});
  EXPECT_EQ(clock.now_ms(), kStopped + kHour);
  EXPECT_EQ(clock.counts_from_ms(kStopped), kStopped);
}

}  // namespace
}  // namespace confab::store
