#include "cc/control/controller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace confab::cc {
namespace {

struct ControllerTest : testing::Test {
  // Sends at this rate over a way of 20 ms that carries all of it, with feedback each 50 ms.
  void run(Duration span, double bps) {
    const Duration spacing = std::chrono::microseconds(static_cast<std::int64_t>(8e9 / bps));
    Instant next = now;
    for (const Instant end = now + span; now < end; now += 50ms) {
      std::vector<Feedback::Arrival> arrivals;
      const std::int64_t first = seq;
      for (; next < now + 50ms; next += spacing, ++seq) {
        controller.on_sent({.seq = seq, .at = next, .bytes = 1000});
        arrivals.push_back({static_cast<std::uint16_t>(seq), next.time_since_epoch() + 20ms});
      }
      take(controller.on_feedback(now + 90ms,
                                  {.base_seq = static_cast<std::uint16_t>(first),
                                   .status_count = static_cast<std::uint16_t>(seq - first),
                                   .arrivals = arrivals}));
    }
  }
  void take(const Update& update) {
    last = update;
    for (const ProbeCluster& cluster : update.probes) probes.push_back(cluster.rate_bps);
    last.probes = {};
  }

  CongestionController controller;
  Update last;
  std::vector<double> probes;
  Instant now = Instant{} + 10s;
  std::int64_t seq = 0;
};

TEST_F(ControllerTest, begins_at_300_kbit_and_grows_with_what_arrives) {
  EXPECT_EQ(controller.target_bps(), 300'000);
  run(10s, 400'000);
  EXPECT_GT(last.target_bps, 500'000);
  EXPECT_LT(last.target_bps, 400'000 * 1.5 + 11'000);
  EXPECT_EQ(last.state, LinkState::kNormal);
  EXPECT_DOUBLE_EQ(last.pacing_bps, last.target_bps * 1.5);
  EXPECT_TRUE(probes.empty()) << "nobody wants more";
}

TEST_F(ControllerTest, probes_once_somebody_wants_more) {
  take(controller.on_demand(now, {.next_step_bps = 2e6, .ideal_bps = 2e6}));
  EXPECT_EQ(probes, (std::vector<double>{900'000, 1'800'000}));
}

TEST_F(ControllerTest, a_remb_is_obeyed_at_once) {
  run(5s, 400'000);
  take(controller.on_remb(now, 250'000));
  EXPECT_EQ(last.target_bps, 250'000);
  EXPECT_EQ(last.cause, Cause::kRemb);
}

TEST_F(ControllerTest, with_remb_alone_follows_it_and_the_loss_of_reports) {
  take(controller.on_remb(now, 1'000'000));
  for (int i = 0; i < 30; ++i) take(controller.on_report_loss(now + i * 1s, 0));
  EXPECT_NEAR(last.target_bps, 1'000'000, 1);
  take(controller.on_report_loss(now + 31s, 0.2));
  EXPECT_NEAR(last.target_bps, 900'000, 1);
}

TEST_F(ControllerTest, silence_halves_the_rate_and_leaves_only_audio) {
  run(5s, 400'000);
  const double before = last.target_bps;
  controller.on_sent({.seq = seq++, .at = now, .bytes = 1000});
  EXPECT_EQ(controller.next_timeout(), now + 1500ms);
  take(controller.handle_timeout(now + 1500ms));
  EXPECT_NEAR(last.target_bps, before / 2, 1);
  EXPECT_EQ(last.state, LinkState::kSilent);
  EXPECT_FALSE(last.audio_only);
  for (const Duration after : {2000ms, 2500ms, 3000ms})
    take(controller.handle_timeout(now + after));
  EXPECT_NEAR(last.target_bps, std::max(before / 16, 30'000.0), 1);
  EXPECT_TRUE(last.audio_only);
}

// Everything is paused, since nothing got through: only a probe can find out that it does again.
TEST_F(ControllerTest, probes_again_where_nothing_is_heard_since_nothing_is_sent) {
  take(controller.on_demand(now, {.next_step_bps = 2e6, .ideal_bps = 2e6}));
  run(5s, 400'000);
  probes.clear();
  controller.on_sent({.seq = seq++, .at = now, .bytes = 1000});
  const Instant end = now + 30s;
  for (; now < end && probes.empty(); now += 100ms) {
    if (controller.next_timeout() <= now) take(controller.handle_timeout(now));
    take(controller.on_demand(now, {.next_step_bps = 2e6, .ideal_bps = 2e6}));
  }
  EXPECT_FALSE(probes.empty());
}

TEST_F(ControllerTest, a_receiver_seconds_away_is_sent_less_and_less) {
  run(5s, 400'000);
  const double before = last.target_bps;
  take(controller.on_rtt(now, 3500ms));
  EXPECT_EQ(controller.next_timeout(), now + 1s);
  take(controller.handle_timeout(now + 1s));
  EXPECT_NEAR(last.target_bps, before * 0.8, 1);
  EXPECT_EQ(last.cause, Cause::kFarAway);
  take(controller.on_rtt(now + 2s, 100ms));
  EXPECT_GT(controller.next_timeout(), now + 3s);
}

TEST_F(ControllerTest, another_route_begins_at_what_arrived_on_the_old_one) {
  take(controller.on_demand(now, {.next_step_bps = 2e6, .ideal_bps = 2e6}));
  run(20s, 800'000);
  probes.clear();
  take(controller.on_route_change(now));
  EXPECT_LE(last.target_bps, 810'000);
  EXPECT_GT(last.target_bps, 600'000);
  EXPECT_FALSE(probes.empty());
}

}  // namespace
}  // namespace confab::cc
