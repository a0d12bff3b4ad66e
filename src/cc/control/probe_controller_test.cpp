#include "cc/control/probe_controller.h"

#include <gtest/gtest.h>

#include <vector>

namespace confab::cc {
namespace {

constexpr Instant kT0 = Instant{} + 10s;
constexpr Demand kVideo{.now_bps = 200'000, .next_step_bps = 2'000'000, .ideal_bps = 5'000'000};

struct ProbeControllerTest : testing::Test {
  std::vector<double> asked() {
    std::vector<double> rates;
    for (const ProbeCluster& c : probes.take()) rates.push_back(c.rate_bps);
    return rates;
  }
  // The rates that were tried in so long, none of them with success.
  std::vector<double> run(Duration span, double estimate, bool may_probe = true) {
    std::vector<double> all;
    for (const Instant end = now + span; now < end; now += 100ms) {
      probes.update(now, estimate, may_probe);
      for (const double rate : asked()) {
        all.push_back(rate);
        probes.on_result(now, rate, estimate);
      }
    }
    return all;
  }
  // The start is over, and nothing else succeeded.
  void begin(const Demand& demand = kVideo) {
    probes.start(now, 300'000);
    probes.set_demand(now, demand);
    (void)asked();
    now += 1100ms;
    probes.update(now, 300'000, false);
  }

  ProbeController probes{2ms};
  Instant now = kT0;
};

TEST_F(ProbeControllerTest, begins_with_three_and_six_times_once_there_is_video) {
  probes.start(now, 300'000);
  probes.update(now, 300'000, true);
  EXPECT_TRUE(asked().empty());  // audio alone needs none
  probes.set_demand(now, kVideo);
  EXPECT_EQ(asked(), (std::vector<double>{900'000, 1'800'000}));
}

TEST_F(ProbeControllerTest, goes_on_by_twice_what_arrived_while_that_succeeds) {
  probes.start(now, 300'000);
  probes.set_demand(now, kVideo);
  (void)asked();
  probes.on_result(now, 1'800'000, 1'700'000);
  probes.update(now, 1'700'000, true);
  EXPECT_EQ(asked(), (std::vector<double>{3'400'000}));
  probes.on_result(now, 3'400'000, 2'000'000);
  probes.update(now, 2'000'000, true);
  EXPECT_TRUE(asked().empty());
}

TEST_F(ProbeControllerTest, a_cluster_lasts_15_ms_and_has_five_packets) {
  probes.start(now, 4'000'000);
  probes.set_demand(now, {.next_step_bps = 20e6, .ideal_bps = 40e6});
  const auto clusters = probes.take();
  EXPECT_EQ(clusters[0].bytes_min, 22'500u);
  EXPECT_EQ(clusters[0].packets_min, 5u);
  EXPECT_NE(clusters[0].id, clusters[1].id);
}

TEST_F(ProbeControllerTest, tries_again_ever_less_often_while_nothing_comes_of_it) {
  begin();
  const auto rates = run(40s, 300'000);
  // At 5, then 7.5, then each 10 s.
  EXPECT_GE(rates.size(), 4u);
  EXPECT_LE(rates.size(), 6u);
  for (const double rate : rates) EXPECT_EQ(rate, 600'000);
}

TEST_F(ProbeControllerTest, tries_at_once_when_more_is_wanted) {
  begin({.now_bps = 200'000, .next_step_bps = 600'000, .ideal_bps = 700'000});
  EXPECT_TRUE(run(300ms, 300'000).empty());
  probes.set_demand(now, kVideo);
  EXPECT_EQ(run(100ms, 1'000'000).size(), 1u);
}

TEST_F(ProbeControllerTest, never_when_the_next_step_fits_or_there_is_none) {
  begin();
  EXPECT_TRUE(run(60s, 2'500'000).empty());
  probes.set_demand(now, {.now_bps = 5e6, .next_step_bps = 0, .ideal_bps = 5e6});
  EXPECT_TRUE(run(60s, 300'000).empty());
}

TEST_F(ProbeControllerTest, never_while_something_speaks_against_it) {
  begin();
  EXPECT_TRUE(run(60s, 300'000, false).empty());
}

TEST_F(ProbeControllerTest, tries_most_of_what_was_there_once_after_a_large_drop) {
  begin();
  probes.on_drop(now, 4'000'000, 1'000'000);
  EXPECT_TRUE(run(900ms, 1'000'000).empty());
  const auto rates = run(3s, 1'000'000);
  ASSERT_EQ(rates.size(), 1u);
  EXPECT_EQ(rates[0], 3'400'000);
}

TEST_F(ProbeControllerTest, a_result_that_never_comes_is_not_waited_for) {
  begin();
  now += 10s;
  probes.update(now, 300'000, true);
  EXPECT_EQ(asked().size(), 1u);
  now += 1s;
  probes.update(now, 300'000, true);
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(run(12s, 300'000).size(), 1u);
}

}  // namespace
}  // namespace confab::cc
