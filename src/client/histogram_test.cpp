#include "client/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"

namespace confab::client {
namespace {

TEST(Histogram, IsZeroWhenEmpty) {
  const Histogram histogram;
  EXPECT_EQ(histogram.percentile(0.5), Duration::zero());
  EXPECT_EQ(histogram.max(), Duration::zero());
}

TEST(Histogram, IsExactBelow64Microseconds) {
  Histogram histogram;
  for (int us = 1; us <= 60; ++us) histogram.add(std::chrono::microseconds(us));

  EXPECT_EQ(histogram.percentile(0.5), 30us);
  EXPECT_EQ(histogram.percentile(1.0), 60us);
}

TEST(Histogram, IsWithinOne32ndOfTheSortedValues) {
  SeededRandom random(7);
  Histogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    // Spread over six orders of magnitude.
    const std::int64_t us = random.between(1, 1000) * (std::int64_t{1} << random.between(0, 14));
    values.push_back(us);
    histogram.add(std::chrono::microseconds(us));
  }
  std::ranges::sort(values);

  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()));
    const auto exact = static_cast<double>(values[rank - 1]);
    const auto got = static_cast<double>(to_us(histogram.percentile(share)));
    EXPECT_GE(got, exact) << share;
    EXPECT_LE(got, exact * (1 + 1.0 / 32)) << share;
  }
  EXPECT_EQ(to_us(histogram.max()), values.back());
}

TEST(Histogram, TakesNegativeAsZeroAndTheUnthinkableAsTheLast) {
  Histogram histogram;
  histogram.add(-5ms);
  EXPECT_EQ(histogram.percentile(1.0), Duration::zero());

  histogram.add(100h);
  EXPECT_EQ(histogram.max(), Duration(100h));
  EXPECT_GT(histogram.percentile(1.0), Duration(1h));
}

TEST(Histogram, MergedEqualsTogether) {
  Histogram together;
  Histogram even;
  Histogram odd;
  for (int i = 0; i < 1000; ++i) {
    const auto d = std::chrono::microseconds(i * 37);
    together.add(d);
    (i % 2 == 0 ? even : odd).add(d);
  }
  even.merge(odd);

  EXPECT_EQ(even.count(), together.count());
  EXPECT_EQ(even.max(), together.max());
  for (const double share : {0.1, 0.5, 0.99}) {
    EXPECT_EQ(even.percentile(share), together.percentile(share));
  }
}

}  // namespace
}  // namespace confab::client
