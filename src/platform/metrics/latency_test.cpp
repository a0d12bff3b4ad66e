#include "platform/metrics/latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace confab::metrics {
namespace {

using testing::HasSubstr;

TEST(Latency, EachDurationIsInTheBucketsThatItFits) {
  Latency latency;
  latency.add(1ms);  // a bound belongs to its bucket
  latency.add(3ms);
  latency.add(11s);
  Exposition out;
  latency.expose("x_seconds", "How long.", {{"what", "y"}}, out);
  EXPECT_EQ(latency.count(), 3u);
  EXPECT_THAT(out.text(), HasSubstr("confab_x_seconds_bucket{what=\"y\",le=\"0.001\"} 1\n"));
  EXPECT_THAT(out.text(), HasSubstr("confab_x_seconds_bucket{what=\"y\",le=\"0.005\"} 2\n"));
  EXPECT_THAT(out.text(), HasSubstr("confab_x_seconds_bucket{what=\"y\",le=\"10\"} 2\n"));
  EXPECT_THAT(out.text(), HasSubstr("confab_x_seconds_bucket{what=\"y\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(out.text(), HasSubstr("confab_x_seconds_sum{what=\"y\"} 11.004\n"));
}

TEST(Latency, AClockThatWentBackCountsAsNoTime) {
  Latency latency;
  latency.add(-5s);
  Exposition out;
  latency.expose("x_seconds", "How long.", {}, out);
  EXPECT_THAT(out.text(), HasSubstr("confab_x_seconds_bucket{le=\"0.001\"} 1\n"));
  EXPECT_THAT(out.text(), HasSubstr("confab_x_seconds_sum 0\n"));
}

}  // namespace
}  // namespace confab::metrics
