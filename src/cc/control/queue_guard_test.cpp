#include "cc/control/queue_guard.h"

#include <gtest/gtest.h>

#include <vector>

namespace confab::cc {
namespace {

struct QueueGuardTest : testing::Test {
  // Feedback each 50 ms, of packets that waited so long.
  void run(Duration span, Duration queue, Duration jitter = 0ms) {
    for (const Instant end = now + span; now < end; now += 50ms) {
      std::vector<PacketResult> results;
      for (int i = 0; i < 5; ++i) {
        const Instant sent = now - 100ms + i * 10ms;
        results.push_back({.seq = seq++,
                           .sent_at = sent,
                           .arrived = sent.time_since_epoch() + kWay + queue + i * jitter / 4,
                           .bytes = 1000,
                           .received = true});
      }
      guard.on_feedback(now, results);
      ever_drained |= guard.is_draining();
    }
  }

  // The receiver's clock is not ours.
  static constexpr Duration kWay = -3600s;
  QueueGuard guard;
  Instant now = Instant{} + 10s;
  std::int64_t seq = 0;
  bool ever_drained = false;
};

TEST_F(QueueGuardTest, drains_a_queue_that_stands_and_stops_when_it_is_empty) {
  run(5s, 0ms);
  run(350ms, 120ms);
  EXPECT_TRUE(guard.is_draining());
  EXPECT_EQ(guard.queue(), Duration(120ms));
  EXPECT_NEAR(guard.share(), 0.88, 0.001);
  run(200ms, 30ms);
  EXPECT_TRUE(guard.is_draining());
  run(50ms, 10ms);
  EXPECT_FALSE(guard.is_draining());
}

TEST_F(QueueGuardTest, drains_no_further_than_to_half) {
  run(5s, 0ms);
  run(400ms, 900ms);
  EXPECT_DOUBLE_EQ(guard.share(), 0.5);
}

TEST_F(QueueGuardTest, a_frame_that_waits_for_a_moment_is_no_standing_queue) {
  run(5s, 0ms);
  for (int i = 0; i < 20; ++i) {
    run(200ms, 80ms);
    run(100ms, 5ms);
  }
  EXPECT_FALSE(ever_drained);
}

TEST_F(QueueGuardTest, jitter_is_no_queue) {
  run(60s, 0ms, 30ms);
  EXPECT_FALSE(ever_drained);
}

TEST_F(QueueGuardTest, a_way_that_became_longer_is_taken_for_what_it_is) {
  run(5s, 0ms);
  run(4s, 200ms);
  EXPECT_FALSE(guard.is_draining());
  EXPECT_EQ(guard.queue(), Duration::zero());
  ever_drained = false;
  run(10s, 200ms);
  EXPECT_FALSE(ever_drained);
}

TEST_F(QueueGuardTest, clocks_that_drift_apart_are_no_queue) {
  run(5s, 0ms);
  for (int minute = 0; minute < 30; ++minute) run(60s, minute * 6ms);  // 100 ppm
  EXPECT_FALSE(ever_drained);
}

}  // namespace
}  // namespace confab::cc
