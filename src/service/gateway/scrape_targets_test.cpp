#include "service/gateway/scrape_targets.h"

#include <gtest/gtest.h>

namespace confab::gateway {
namespace {

discovery::Instance at(std::uint16_t node, const std::string& metrics) {
  discovery::Instance instance;
  instance.node = node;
  if (!metrics.empty()) instance.meta.emplace(kMetricsAt, metrics);
  return instance;
}

TEST(ScrapeTargetsTest, NobodyKnownIsAnEmptyListAndNoError) {
  EXPECT_EQ(ScrapeTargets().json(), "[]");
}

TEST(ScrapeTargetsTest, EachProcessIsNamedByServiceAndNode) {
  ScrapeTargets targets;
  targets.set("media-service", {at(3, "10.0.0.12:6000"), at(4, "[fd00::1]:6000")});
  targets.set("signaling-service", {at(1, "10.0.0.11:5001")});
  EXPECT_EQ(
      targets.json(),
      R"([{"targets":["10.0.0.12:6000"],"labels":{"service":"media","process":"media-3"}},)"
      R"({"targets":["[fd00::1]:6000"],"labels":{"service":"media","process":"media-4"}},)"
      R"({"targets":["10.0.0.11:5001"],"labels":{"service":"signaling","process":"signaling-1"}}])");
}

TEST(ScrapeTargetsTest, OneThatFailsItsCheckIsAskedAllTheSame) {
  ScrapeTargets targets;
  auto sick = at(1, "10.0.0.11:5001");
  sick.is_healthy = false;
  targets.set("signaling-service", {sick});
  EXPECT_NE(targets.json(), "[]");
}

TEST(ScrapeTargetsTest, OneWhoseMetricsCanNotBeReachedIsLeftOut) {
  ScrapeTargets targets;
  targets.set("media-service", {at(3, "")});
  EXPECT_EQ(targets.json(), "[]");
}

TEST(ScrapeTargetsTest, WhoHasLeftIsGone) {
  ScrapeTargets targets;
  targets.set("media-service", {at(3, "10.0.0.12:6000")});
  targets.set("media-service", {});
  EXPECT_EQ(targets.json(), "[]");
}

TEST(ScrapeTargetsTest, WhatADirectoryHoldsCanNotBreakTheJson) {
  ScrapeTargets targets;
  targets.set("media-service", {at(3, "a\"],\"b\":[\"")});
  EXPECT_EQ(targets.json(),
            R"([{"targets":["a\"],\"b\":[\""],"labels":{"service":"media","process":"media-3"}}])");
}

}  // namespace
}  // namespace confab::gateway
