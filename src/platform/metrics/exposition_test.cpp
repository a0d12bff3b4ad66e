#include "platform/metrics/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace confab::metrics {
namespace {

using testing::HasSubstr;

TEST(Exposition, JoinsSamplesOfOneFamilyUnderOneHeader) {
  Exposition out;
  out.counter("packets_received", "Packets taken in.", {{"shard", "0"}}, 3);
  out.gauge("transports", "Transports that exist.", {}, 2);
  out.counter("packets_received", "Packets taken in.", {{"shard", "1"}}, 4);

  const std::string text = out.text();
  EXPECT_THAT(text, HasSubstr("# TYPE confab_packets_received_total counter\n"
                              "confab_packets_received_total{shard=\"0\"} 3\n"
                              "confab_packets_received_total{shard=\"1\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE confab_transports gauge\nconfab_transports 2\n"));
}

TEST(Exposition, TimeIsCountedInSecondsWithTheirFractions) {
  Exposition out;
  out.seconds("process_cpu", "Processor time.", {{"mode", "user"}}, 1.25);
  EXPECT_THAT(out.text(), HasSubstr("# TYPE confab_process_cpu_seconds_total counter\n"
                                    "confab_process_cpu_seconds_total{mode=\"user\"} 1.25\n"));
}

TEST(Exposition, HistogramsAreCumulative) {
  Exposition out;
  const std::array bounds{0.001, 0.01};
  const std::array<std::uint64_t, 3> counts{5, 2, 1};
  out.histogram("delay_seconds", "How long.", {{"shard", "0"}}, bounds, counts, 0.25);
  EXPECT_THAT(out.text(), HasSubstr("# TYPE confab_delay_seconds histogram\n"
                                    "confab_delay_seconds_count{shard=\"0\"} 8\n"
                                    "confab_delay_seconds_sum{shard=\"0\"} 0.25\n"
                                    "confab_delay_seconds_bucket{shard=\"0\",le=\"0.001\"} 5\n"
                                    "confab_delay_seconds_bucket{shard=\"0\",le=\"0.01\"} 7\n"
                                    "confab_delay_seconds_bucket{shard=\"0\",le=\"+Inf\"} 8\n"));
}

TEST(Exposition, LabelValuesAreEscaped) {
  Exposition out;
  out.gauge("x", "", {{"reason", "a\"b\\c\nd"}}, 1);
  EXPECT_THAT(out.text(), HasSubstr(R"(reason="a\"b\\c\nd")"));
}

}  // namespace
}  // namespace confab::metrics
