#include "cc/control/aimd.h"

#include <gtest/gtest.h>

namespace confab::cc {
namespace {

constexpr Instant kT0 = Instant{} + 10s;

// Every 100 ms what feedback says.
void run(Aimd& aimd, Instant from, int times, const Aimd::Input& input) {
  for (int i = 0; i < times; ++i) aimd.update(from + i * 100ms, input);
}

TEST(Aimd, goes_up_by_8_percent_in_a_second_while_the_link_is_unknown) {
  Aimd aimd(1'000'000);
  run(aimd, kT0, 11, {.throughput_bps = 1'000'000, .rtt = 50ms});
  EXPECT_NEAR(aimd.rate_bps(), 1'080'000, 2'000);
}

TEST(Aimd, does_not_go_up_far_beyond_what_is_used) {
  Aimd aimd(300'000);
  run(aimd, kT0, 600, {.throughput_bps = 300'000, .rtt = 50ms});
  EXPECT_NEAR(aimd.rate_bps(), 460'000, 1);
}

TEST(Aimd, does_not_go_up_while_the_application_sends_less_than_it_may) {
  Aimd aimd(300'000);
  run(aimd, kT0, 100, {.throughput_bps = 100'000, .rtt = 50ms, .application_limited = true});
  EXPECT_EQ(aimd.rate_bps(), 300'000);
}

TEST(Aimd, goes_down_below_what_arrives_and_waits) {
  Aimd aimd(2'000'000);
  aimd.update(kT0, {.usage = Usage::kOver, .throughput_bps = 1'000'000, .rtt = 50ms});
  EXPECT_NEAR(aimd.rate_bps(), 845'000, 1);
  // What was decided shows only after a round trip.
  aimd.update(kT0 + 20ms, {.usage = Usage::kOver, .throughput_bps = 900'000, .rtt = 50ms});
  EXPECT_NEAR(aimd.rate_bps(), 845'000, 1);
  // Unless so little arrives that it can not be this.
  aimd.update(kT0 + 30ms, {.usage = Usage::kOver, .throughput_bps = 400'000, .rtt = 50ms});
  EXPECT_NEAR(aimd.rate_bps(), 335'000, 1);
}

TEST(Aimd, where_less_was_sent_than_may_be_an_overuse_takes_a_share_and_not_what_was_not_sent) {
  Aimd aimd(340'000);
  const Aimd::Input over{
      .usage = Usage::kOver, .throughput_bps = 220'000, .rtt = 40ms, .is_untried = true};
  aimd.update(kT0, over);
  EXPECT_NEAR(aimd.rate_bps(), 284'000, 1);
  // The queue of one probe is one overuse.
  aimd.update(kT0 + 250ms, over);
  EXPECT_NEAR(aimd.rate_bps(), 284'000, 1);
  aimd.update(kT0 + 300ms, over);
  EXPECT_NEAR(aimd.rate_bps(), 236'400, 1);
}

TEST(Aimd, an_overuse_never_makes_it_go_up) {
  Aimd aimd(500'000);
  aimd.update(kT0, {.usage = Usage::kOver, .throughput_bps = 2'000'000, .rtt = 50ms});
  EXPECT_LE(aimd.rate_bps(), 500'000);
}

TEST(Aimd, holds_while_the_queue_empties) {
  Aimd aimd(500'000);
  run(aimd, kT0, 20, {.usage = Usage::kUnder, .throughput_bps = 500'000, .rtt = 50ms});
  EXPECT_EQ(aimd.rate_bps(), 500'000);
}

TEST(Aimd, near_what_the_link_carried_goes_up_in_small_steps) {
  Aimd aimd(1'000'000);
  aimd.update(kT0, {.usage = Usage::kOver, .throughput_bps = 1'000'000, .rtt = 100ms});
  const double after = aimd.rate_bps();
  run(aimd, kT0 + 100ms, 11, {.throughput_bps = after, .rtt = 100ms});
  // A packet of 880 bytes in each 400 ms: 18 to 23 kbit/s more in a second, instead of 68.
  EXPECT_NEAR(aimd.rate_bps() - after, 21'000, 3'000);
}

TEST(Aimd, far_above_what_the_link_carried_goes_up_by_a_share_again) {
  Aimd aimd(1'000'000);
  aimd.update(kT0, {.usage = Usage::kOver, .throughput_bps = 1'000'000, .rtt = 100ms});
  aimd.set_rate(kT0 + 50ms, 2'000'000);
  run(aimd, kT0 + 100ms, 11, {.throughput_bps = 2'000'000, .rtt = 100ms});
  EXPECT_NEAR(aimd.rate_bps(), 2'160'000, 15'000);
}

TEST(Aimd, may_be_told_not_to_go_up) {
  Aimd aimd(1'000'000);
  run(aimd, kT0, 20, {.throughput_bps = 1'000'000, .rtt = 50ms, .may_increase = false});
  EXPECT_EQ(aimd.rate_bps(), 1'000'000);
}

}  // namespace
}  // namespace confab::cc
