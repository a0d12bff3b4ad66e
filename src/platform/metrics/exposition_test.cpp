#include "platform/metrics/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Exposition, LabelValuesAreEscaped) {
  Exposition out;
  out.gauge("x", "", {{"reason", "a\"b\\c\nd"}}, 1);
  EXPECT_THAT(out.text(), HasSubstr(R"(reason="a\"b\\c\nd")"));
}

}  // namespace
}  // namespace confab::metrics
