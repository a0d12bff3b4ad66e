#include "sfu/flush_clock.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 1s;

struct FlushClockTest : testing::Test {
  // As many packets per millisecond, each flushed when due, for `duration`.
  void load(Instant from, Duration duration, int per_ms) {
    for (Instant t = from; t < from + duration; t += 1ms) {
      for (int i = 0; i < per_ms; ++i) clock.on_packet(t, true);
      if (clock.due() <= t) clock.on_flushed(t);
    }
  }
  FlushClock clock{2ms, 1ms, 2ms};
};

TEST_F(FlushClockTest, a_complete_frame_leaves_at_once_while_idle) {
  EXPECT_EQ(clock.due(), kNever);
  clock.on_packet(kT0, true);
  EXPECT_EQ(clock.due(), kT0);
  clock.on_flushed(kT0);
  EXPECT_EQ(clock.due(), kNever);
  clock.on_packet(kT0 + 10us, true);
  EXPECT_EQ(clock.due(), kT0 + 10us);
}

TEST_F(FlushClockTest, the_start_of_a_frame_waits_for_its_end_but_not_for_long) {
  clock.on_packet(kT0, false);
  EXPECT_EQ(clock.due(), kT0 + 2ms);
  clock.on_packet(kT0 + 500us, false);
  EXPECT_EQ(clock.due(), kT0 + 2ms);
  clock.on_packet(kT0 + 700us, true);
  EXPECT_EQ(clock.due(), kT0 + 700us);
}

TEST_F(FlushClockTest, keeps_a_distance_under_load_and_never_more_than_five_milliseconds) {
  load(kT0, 300ms, 40);
  EXPECT_EQ(clock.spacing(), 1ms);
  load(kT0 + 300ms, 300ms, 200);
  EXPECT_EQ(clock.spacing(), 2ms);
  const Instant t = kT0 + 601ms;
  clock.on_packet(t, true);
  EXPECT_LE(clock.due(), t + 5ms);
}

TEST_F(FlushClockTest, load_that_went_away_is_forgotten) {
  load(kT0, 300ms, 40);
  ASSERT_EQ(clock.spacing(), 1ms);
  load(kT0 + 300ms, 300ms, 1);
  EXPECT_EQ(clock.spacing(), Duration::zero());
}

}  // namespace
}  // namespace confab::sfu
