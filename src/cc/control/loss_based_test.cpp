#include "cc/control/loss_based.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"

namespace confab::cc {
namespace {

// A link with a loss of its own, and maybe less capacity than is sent, under feedback each 50 ms.
struct LossBasedTest : testing::Test {
  void run(Duration span, double send_bps, double own_loss, double capacity_bps = 1e9) {
    for (const Instant end = now + span; now < end; now += 50ms) {
      std::vector<PacketResult> results;
      double arrived = 0;
      owed += send_bps * 0.05 / 8000;
      const int packets = static_cast<int>(owed);
      owed -= packets;
      const double fits = std::min(1.0, capacity_bps / send_bps);
      for (int i = 0; i < packets; ++i) {
        const double dice = random.between(0, 999'999) / 1e6;
        const bool received = dice < fits * (1 - own_loss);
        results.push_back({.seq = seq++,
                           .sent_at = now + i * 50ms / packets,
                           .bytes = 1000,
                           .received = received});
        arrived += received ? 1000 : 0;
      }
      throughput = 0.9 * throughput + 0.1 * arrived * 8 / 0.05;
      loss.update(results, {.delay_based_bps = delay_bps, .throughput_bps = throughput});
    }
  }

  LossBased loss;
  SeededRandom random{3};
  Instant now = Instant{} + 10s;
  std::int64_t seq = 0;
  double owed = 0;  // packets, a part of one
  double delay_bps = 2'000'000;
  double throughput = 1'000'000;
};

TEST_F(LossBasedTest, without_loss_delay_decides) {
  run(10s, 1'000'000, 0);
  EXPECT_TRUE(loss.is_known());
  EXPECT_EQ(loss.state(), LossBased::State::kDelayBased);
  EXPECT_DOUBLE_EQ(loss.rate_bps(), 2'000'000);
  EXPECT_EQ(loss.loss(), 0);
}

TEST_F(LossBasedTest, a_loss_of_2_percent_is_the_link_s_own) {
  run(20s, 1'000'000, 0.02);
  EXPECT_NEAR(loss.loss(), 0.02, 0.015);
  EXPECT_GT(loss.rate_bps(), 1'800'000);
}

TEST_F(LossBasedTest, what_does_not_fit_is_not_sent_for_long) {
  // A policer of 1 Mbit/s: no queue that delay could show.
  delay_bps = 2'000'000;
  double rate = 2'000'000;
  for (int i = 0; i < 60; ++i) {
    run(500ms, rate, 0, 1'000'000);
    rate = std::min(rate * 1.04, loss.rate_bps());
  }
  EXPECT_GT(rate, 700'000);
  EXPECT_LT(rate, 1'300'000);
  EXPECT_NE(loss.state(), LossBased::State::kDelayBased);
}

TEST_F(LossBasedTest, a_loss_of_20_percent_bounds_the_rate) {
  run(20s, 1'000'000, 0.2);
  // 100 kbit/s by (0.2 - 0.05), or what arrives.
  EXPECT_LT(loss.rate_bps(), 1'000'000);
  EXPECT_GT(loss.rate_bps(), 300'000);
}

TEST_F(LossBasedTest, after_the_loss_delay_decides_again) {
  run(10s, 1'000'000, 0.2);
  ASSERT_LT(loss.rate_bps(), 1'100'000);
  double rate = 1'000'000;
  for (int i = 0; i < 60; ++i) {
    run(500ms, rate, 0);
    rate = std::min(2'000'000.0, loss.rate_bps());
  }
  EXPECT_GT(loss.rate_bps(), 1'900'000);
}

TEST_F(LossBasedTest, the_loss_of_a_fall_limits_nothing_for_good_where_little_is_sent_after_it) {
  run(5s, 2'000'000, 0, 700'000);
  ASSERT_NE(loss.state(), LossBased::State::kDelayBased);
  run(8s, 220'000, 0);
  EXPECT_EQ(loss.state(), LossBased::State::kDelayBased);
  EXPECT_DOUBLE_EQ(loss.rate_bps(), 2'000'000);
}

TEST_F(LossBasedTest, a_loss_that_is_taken_back_is_none) {
  for (int round = 0; round < 40; ++round, now += 100ms) {
    std::vector<PacketResult> results;
    for (int i = 0; i < 10; ++i) {
      results.push_back(
          {.seq = seq++, .sent_at = now + i * 10ms, .bytes = 1000, .received = i > 2});
    }
    for (int i = 0; i < 3; ++i) {
      results.push_back({.seq = seq - 10 + i,
                         .sent_at = now + i * 10ms,
                         .bytes = 1000,
                         .received = true,
                         .was_lost = true});
    }
    loss.update(results, {.delay_based_bps = delay_bps, .throughput_bps = 800'000});
  }
  EXPECT_EQ(loss.loss(), 0);
}

}  // namespace
}  // namespace confab::cc
