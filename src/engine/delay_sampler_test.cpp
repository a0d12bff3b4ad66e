#include "engine/delay_sampler.h"

#include <gtest/gtest.h>

#include <numeric>

namespace confab::engine {
namespace {

using State = DelaySampler::State;

TEST(DelaySampler, SettlesSamplesAndRests) {
  constexpr Instant kStart = Instant{} + 1s;
  DelaySampler sampler(kStart);
  EXPECT_FALSE(sampler.update(kStart + 456ms));
  EXPECT_EQ(sampler.state(), State::kOff);
  EXPECT_TRUE(sampler.update(kStart + 457ms));
  EXPECT_EQ(sampler.state(), State::kSettling);
  EXPECT_FALSE(sampler.update(kStart + 461ms));
  // A round that comes late begins its step then.
  EXPECT_TRUE(sampler.update(kStart + 470ms));
  EXPECT_EQ(sampler.state(), State::kSampling);
  EXPECT_FALSE(sampler.update(kStart + 494ms));
  EXPECT_TRUE(sampler.update(kStart + 495ms));
  EXPECT_EQ(sampler.state(), State::kOff);
}

TEST(DelayHistogram, CountsADelayUnderTheFirstBoundThatHoldsIt) {
  DelayHistogram h;
  h.add(50us);
  h.add(51us);
  h.add(99ms);
  h.add(2s);
  EXPECT_EQ(h.counts[0], 1u);
  EXPECT_EQ(h.counts[1], 1u);
  EXPECT_EQ(h.counts[DelayHistogram::kBounds.size() - 1], 1u);
  EXPECT_EQ(h.counts[DelayHistogram::kBounds.size()], 1u);
  EXPECT_EQ(h.sum, 2s + 99ms + 101us);
}

TEST(DelayHistogram, LeavesOutWhatAClockThatWasSetBackMakes) {
  DelayHistogram h;
  h.add(-1us);
  EXPECT_EQ(std::accumulate(h.counts.begin(), h.counts.end(), std::uint64_t{0}), 0u);
  EXPECT_EQ(h.sum, Duration::zero());
}

}  // namespace
}  // namespace confab::engine
