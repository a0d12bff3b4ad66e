#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "sim/flow/gates.h"
#include "sim/flow/network.h"
#include "sim/flow/trace.h"

namespace confab::sim {
namespace {

void expect_met(const std::vector<Gate>& gates) {
  for (const Gate& gate : gates) {
    EXPECT_TRUE(gate.is_ok()) << gate.name << ": " << gate.value << ", not " << gate.low << " to "
                              << gate.high;
  }
}

bool fails(const std::vector<Gate>& gates) {
  return !std::ranges::all_of(gates, &Gate::is_ok);
}

TEST(CongestionControl, uses_a_steady_link_without_filling_its_queue) {
  expect_met(run_steady_gates());
}

TEST(CongestionControl, finds_the_rate_at_the_start) {
  expect_met(run_start_gates());
}

TEST(CongestionControl, follows_a_link_that_falls_to_a_quarter) {
  expect_met(run_step_down_gates());
}

TEST(CongestionControl, follows_a_link_that_grows_to_four_times) {
  expect_met(run_step_up_gates());
}

TEST(CongestionControl, lives_with_loss) {
  expect_met(run_loss_gates());
  expect_met(run_heavy_loss_gates());
}

TEST(CongestionControl, shares_a_link_with_another) {
  expect_met(run_sharing_gates());
}

// That the gates see what they are for.
TEST(CongestionControlMutation, headers_that_are_forgotten_show_in_the_queue) {
  EXPECT_TRUE(fails(run_steady_gates([](FlowOptions& o) { o.counts_headers = false; })));
}

TEST(CongestionControlMutation, audio_numbered_without_its_extension_shows_as_loss) {
  EXPECT_TRUE(fails(run_steady_gates([](FlowOptions& o) { o.audio_carries_number = false; })));
}

TEST(CongestionControlMutation, without_the_guard_a_queue_stands) {
  EXPECT_TRUE(
      fails(run_step_down_gates([](FlowOptions& o) { o.controller.has_queue_guard = false; })));
}

TEST(CongestionControl, obeys_silence_and_comes_back) {
  LinkProfile link;
  link.rate_bps = 2'000'000;
  FlowOptions options;
  Network network(link, {options}, 5);
  network.run_for(10s);
  const double before = network.flow().target_bps();
  EXPECT_GT(before, 1'500'000);
  // Given that no feedback comes back
  LinkProfile dead;
  dead.loss_permille = 1000;
  network.flow().set_back(network.now(), dead);
  network.run_for(2500ms);
  EXPECT_LT(network.flow().target_bps(), before / 2);
  EXPECT_EQ(network.flow().update().cause, cc::Cause::kSilence);
  network.run_for(2s);
  EXPECT_TRUE(network.flow().update().audio_only);
  // When it comes again
  network.flow().set_back(network.now(), {});
  network.run_for(20s);
  EXPECT_FALSE(network.flow().update().audio_only);
  EXPECT_GT(network.flow().target_bps(), before * 0.8);
}

std::string record() {
  LinkProfile link;
  link.rate_bps = 1'000'000;
  std::string trace;
  FlowOptions options;
  options.trace = &trace;
  Network network(link, {options}, 8);
  network.run_for(4s);
  link.rate_bps = 300'000;
  link.loss_permille = 20;
  network.set_profile(link);
  network.run_for(4s);
  return trace;
}

TEST(CongestionControl, a_recorded_trace_replayed_gives_the_same) {
  const std::string trace = record();
  EXPECT_GT(trace.size(), 10'000u);
  EXPECT_TRUE(trace::replay(trace) == trace);
  EXPECT_TRUE(record() == trace) << "the same seed gives the same run";
}

// A change of congestion control that changes what it does changes this file.
TEST(CongestionControl, the_committed_trace_replayed_gives_the_same) {
  std::ifstream file(CONFAB_BWE_TRACE);
  std::stringstream text;
  text << file.rdbuf();
  ASSERT_GT(text.str().size(), 10'000u);
  EXPECT_TRUE(trace::replay(text.str()) == text.str());
}

}  // namespace
}  // namespace confab::sim
