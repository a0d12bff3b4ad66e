#include "cc/control/pacer.h"

#include <gtest/gtest.h>

namespace confab::cc {
namespace {

struct PacerTest : testing::Test {
  // Sends so much as fast as it may; returns how long that took.
  Duration send(std::size_t bytes) {
    const Instant from = now;
    for (; bytes > 0; bytes -= std::min<std::size_t>(bytes, 1000)) {
      now = std::max(now, pacer.next_send(now, bytes));
      pacer.on_sent(now, 1000, bytes);
    }
    return now - from;
  }
  // Frames of 1 Mbit/s.
  void warm_up() {
    for (int i = 0; i < 100; ++i, now += 8ms) pacer.on_sent(now, 1000, 0);
    now += 30ms;
  }

  Pacer pacer{2ms};
  Instant now = Instant{} + 10s;
};

TEST_F(PacerTest, a_frame_leaves_at_one_and_a_half_times_the_target) {
  pacer.set_target(1'000'000);
  warm_up();
  // A packet's worth may go at once, and the last one need not be waited for: 8 of 10 kB.
  const Duration took = send(10'000);
  EXPECT_GT(took, 40ms);
  EXPECT_LE(took, 54ms);
}

TEST_F(PacerTest, a_backlog_is_gone_in_a_quarter_of_a_second) {
  pacer.set_target(1'000'000);
  warm_up();
  // What waits becomes less meanwhile, and its rate with it.
  EXPECT_LT(send(60'000), 310ms);
}

TEST_F(PacerTest, never_more_than_three_times_the_target_leaves) {
  pacer.set_target(1'000'000);
  warm_up();
  EXPECT_GT(send(1'000'000), 2s);
}

TEST_F(PacerTest, what_is_far_below_the_target_leaves_together) {
  pacer.set_target(10'000'000);
  warm_up();
  EXPECT_TRUE(pacer.is_bypassed(now));
  EXPECT_EQ(send(10'000), Duration::zero());
}

TEST_F(PacerTest, the_first_key_frame_is_paced_although_nothing_was_sent_before) {
  pacer.set_target(300'000);
  EXPECT_GT(send(40'000), 300ms);
}

TEST_F(PacerTest, a_probe_leaves_at_its_rate_packet_by_packet) {
  pacer.set_target(300'000);
  warm_up();
  now += 1s;
  pacer.set_probe(1'800'000);
  EXPECT_NEAR(to_seconds(send(6'000)), 5 * 8000 / 1'800'000.0, 0.0005);
}

}  // namespace
}  // namespace confab::cc
