#include "sfu/repeat_budget.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 10s;
constexpr std::size_t kPacket = 1200;

// A second of 1.2 Mbit/s, and as many repeats as there may be of what was asked for.
int repeats_in_a_second(RepeatBudget& budget, Instant from, int asked_per_packet) {
  int repeated = 0;
  for (int i = 0; i < 125; ++i) {
    const Instant now = from + i * 8ms;
    budget.on_media(now, kPacket);
    for (int k = 0; k < asked_per_packet; ++k) {
      if (budget.take(now, kPacket, false)) ++repeated;
    }
  }
  return repeated;
}

TEST(RepeatBudget, one_who_asks_for_everything_gets_a_quarter_of_the_stream) {
  RepeatBudget budget;
  (void)repeats_in_a_second(budget, kT0, 5);
  int repeated = 0;
  for (int s = 1; s <= 20; ++s) repeated += repeats_in_a_second(budget, kT0 + s * 1s, 5);
  // A quarter of 2500 packets; the floor is spent anew as it ages.
  EXPECT_GT(repeated, 625);
  EXPECT_LT(repeated, 625 + 20 * 9);
}

TEST(RepeatBudget, the_losses_of_a_usual_bad_link_are_all_repeated) {
  RepeatBudget budget;
  (void)repeats_in_a_second(budget, kT0, 0);
  for (int i = 0; i < 125 * 20; ++i) {
    const Instant now = kT0 + 1s + i * 8ms;
    budget.on_media(now, kPacket);
    if (i % 5 == 0) {
      EXPECT_TRUE(budget.take(now, kPacket, false)) << i;
    }
  }
}

TEST(RepeatBudget, the_first_packets_of_a_stream_are_repeated_as_well) {
  RepeatBudget budget;
  budget.on_media(kT0, kPacket);
  for (int i = 0; i < 13; ++i) EXPECT_TRUE(budget.take(kT0, kPacket, false)) << i;
}

TEST(RepeatBudget, audio_is_repeated_when_video_may_no_more) {
  RepeatBudget budget;
  budget.on_media(kT0, kPacket);
  while (budget.take(kT0, kPacket, false)) {
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(budget.take(kT0, 150, true)) << i;
  // But not without end.
  int more = 0;
  while (budget.take(kT0, 150, true)) ++more;
  EXPECT_LT(more, 20);
}

TEST(RepeatBudget, what_was_sent_long_ago_gives_no_right_to_repeats_now) {
  RepeatBudget budget;
  for (int s = 0; s < 60; ++s) (void)repeats_in_a_second(budget, kT0 + s * 1s, 0);
  const Instant later = kT0 + 120s;
  int repeated = 0;
  while (budget.take(later, kPacket, false)) ++repeated;
  EXPECT_LT(repeated, 17);
}

}  // namespace
}  // namespace confab::sfu
