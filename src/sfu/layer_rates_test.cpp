#include "sfu/layer_rates.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 10s;

TEST(LayerRates, each_layer_costs_itself_and_those_below_it) {
  LayerRates rates;
  Instant now = kT0;
  for (int i = 0; i < 120; ++i, now += 33ms) {
    rates.add(now, 1, i % 2 == 0 ? 0 : 2, 1000);
  }
  const LayerBps bps = rates.bps(now);
  EXPECT_NEAR(bps[1][0], 121'000, 6'000);
  EXPECT_EQ(bps[1][1], 0u) << "it has none";
  EXPECT_NEAR(bps[1][2], 242'000, 12'000);
  EXPECT_EQ(bps[0][0], 0u);
}

TEST(LayerRates, one_burst_counts_as_part_of_two_seconds) {
  LayerRates rates;
  Instant now = kT0;
  for (int i = 0; i < 100; ++i, now += 33ms) rates.add(now, 0, 0, 500);
  rates.add(now, 0, 0, 50'000);
  EXPECT_LT(rates.bps(now)[0][0], 121'000u + 240'000u);
}

TEST(LayerRates, what_stopped_costs_nothing_after_two_seconds) {
  LayerRates rates;
  rates.add(kT0, 0, 0, 1000);
  EXPECT_GT(rates.bps(kT0 + 100ms)[0][0], 0u);
  EXPECT_EQ(rates.bps(kT0 + 2500ms)[0][0], 0u);
}

TEST(LayerRates, a_screen_that_stands_still_is_remembered_by_what_it_took_when_it_moved) {
  LayerRates rates(20s);
  Instant now = kT0;
  for (int i = 0; i < 100; ++i, now += 33ms) rates.add(now, 1, 0, 4'000);
  const double moving = rates.bps(now)[1][0];
  EXPECT_GT(moving, 900'000);
  for (int i = 0; i < 80; ++i, now += 250ms) (void)rates.bps(now);
  EXPECT_NEAR(rates.bps(now)[1][0], moving / 2, moving / 20);
}

TEST(LayerRates,
     a_key_frame_makes_the_lowest_stream_of_a_screen_dear_for_no_longer_than_two_seconds) {
  LayerRates rates(20s);
  Instant now = kT0;
  rates.add(now, 0, 0, 150'000);
  (void)rates.bps(now + 250ms);
  for (int i = 0; i < 12; ++i, now += 250ms) {
    rates.add(now, 0, 0, 5'000);
    (void)rates.bps(now);
  }
  EXPECT_LT(rates.bps(now)[0][0], 200'000u);
}

}  // namespace
}  // namespace confab::sfu
