#include "platform/log/view/filter.h"

#include <gtest/gtest.h>

namespace confab::logview {
namespace {

constexpr std::string_view kLine =
    R"({"time":"2025-01-31T12:44:56.789Z","level":"warn","service":"media","node":2,)"
    R"("event":"transport_state","meeting":"me_1","participant":"pa_1","trace":"4bf9","why":"ICE Failed"})";

bool matches(Filter filter, std::string_view line = kLine) {
  Matcher matcher(std::move(filter));
  return matcher.matches(line, parse_line(line));
}

TEST(LogFilter, EachConditionLetsTheLineThroughOrHoldsItBack) {
  EXPECT_TRUE(matches({}));
  EXPECT_TRUE(matches({.level = LogLevel::kInfo}));
  EXPECT_FALSE(matches({.level = LogLevel::kError}));
  EXPECT_TRUE(matches({.service = "media"}));
  EXPECT_FALSE(matches({.service = "med"}));
  EXPECT_TRUE(matches({.node = "2"}));
  EXPECT_FALSE(matches({.node = "1"}));
  EXPECT_TRUE(matches({.room = "me_1"}));
  EXPECT_FALSE(matches({.room = "pa_1"})) << "an id is looked for where it belongs";
  EXPECT_TRUE(matches({.participant = "pa_1"}));
  EXPECT_FALSE(matches({.participant = "pa_"}));
  EXPECT_TRUE(matches({.trace = "4bf9"}));
  EXPECT_FALSE(matches({.trace = "4bf8"}));
  EXPECT_TRUE(matches({.from_ms = 1'738'327'496'789, .to_ms = 1'738'327'496'789}));
  EXPECT_FALSE(matches({.from_ms = 1'738'327'496'790}));
  EXPECT_FALSE(matches({.to_ms = 1'738'327'496'788}));
  EXPECT_FALSE(matches({.service = "media", .trace = "x"})) << "all of them must hold";
}

TEST(LogFilter, TextIsFoundAnywhereWhetherLargeOrSmall) {
  EXPECT_TRUE(matches({.text = "ice failed"}));
  EXPECT_TRUE(matches({.text = "TRANSPORT_STATE"}));
  EXPECT_FALSE(matches({.text = "ice_failed"}));
}

TEST(LogFilter, WhatOtherProgramsWroteIsFoundByItsTextAlone) {
  EXPECT_TRUE(matches({.text = "started"}, "nginx started"));
  EXPECT_TRUE(matches({}, "nginx started"));
  EXPECT_FALSE(matches({.level = LogLevel::kDebug}, "nginx started"));
}

}  // namespace
}  // namespace confab::logview
