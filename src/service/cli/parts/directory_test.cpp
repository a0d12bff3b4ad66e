#include "service/cli/parts/directory.h"

#include <gtest/gtest.h>

namespace confab::cli {
namespace {

Endpoint at(const char* text) {
  return *Endpoint::parse(text);
}

TEST(MetricsPlaceTest, AnAddressOfItsOwnIsNamed) {
  EXPECT_EQ(metrics_place(at("10.0.0.12:6000"), "media-3.internal"), "10.0.0.12:6000");
}

TEST(MetricsPlaceTest, EveryAddressIsTheOneByWhichOthersReachIt) {
  EXPECT_EQ(metrics_place(at("0.0.0.0:6000"), "media-3.internal"), "media-3.internal:6000");
  EXPECT_EQ(metrics_place(at("[::]:6000"), "fd00::1"), "[fd00::1]:6000");
}

// Prometheus on another machine would ask itself, and take its own answer for that of the node.
TEST(MetricsPlaceTest, TheLoopbackIsNamedOnlyWhereEverybodyIsOnTheSameMachine) {
  EXPECT_EQ(metrics_place(at("127.0.0.1:6000"), "10.0.0.12"), std::nullopt);
  EXPECT_EQ(metrics_place(at("127.0.0.1:6000"), "media-3.internal"), std::nullopt);
  EXPECT_EQ(metrics_place(at("127.0.0.1:6000"), "127.0.0.1"), "127.0.0.1:6000");
  EXPECT_EQ(metrics_place(at("127.0.0.1:6000"), "localhost"), "127.0.0.1:6000");
}

}  // namespace
}  // namespace confab::cli
