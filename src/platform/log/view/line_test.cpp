#include "platform/log/view/line.h"

#include <gtest/gtest.h>

namespace confab::logview {
namespace {

TEST(LogLine, OneOfOursIsReadAsFarAsItIsFilteredBy) {
  const auto line = parse_line(
      R"({"time":"2025-01-31T12:44:56.789Z","level":"warn","service":"media","node":2,)"
      R"("event":"transport_state","participant":"pa_1","meeting":"me_1","trace":"4bf9","why":"a \"b\""})");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->time_ms, 1'738'327'496'789);
  EXPECT_EQ(line->level, LogLevel::kWarn);
  EXPECT_EQ(line->service, "media");
  EXPECT_EQ(line->node, "2");
  EXPECT_EQ(line->rooms[1], "me_1");
  EXPECT_EQ(line->participant, "pa_1");
  EXPECT_EQ(line->trace, "4bf9");
}

TEST(LogLine, OfOtherProgramsObjectsInObjectsArePassedOver) {
  const auto line = parse_line(
      R"( {"a": {"participant": ["x", {"y": "}"}]}, "time": "2025-01-31T12:44:56Z", "n": -1.5e3 } )");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->participant, "");
  EXPECT_EQ(line->time_ms, 1'738'327'496'000);
}

TEST(LogLine, WhatIsNoObjectWithATimeIsNone) {
  for (const char* text :
       {"", "{}", "{", "null", "nginx: started", R"({"level":"info"})", R"({"time":"noon"})",
        R"({"time":"2025-01-31T12:44:56.789Z")", R"({"time":"2025-01-31T12:44:56.789Z"} x)",
        R"({"time":"2025-01-31T12:44:56.789Z","a":})", R"({"time":"2025-01-31T12:44:56.789Z",)",
        R"({"time":"2025-01-31T12:44:56.789Z","a":[[[[[[[[[1]]]]]]]]]})"}) {
    EXPECT_FALSE(parse_line(text).has_value()) << text;
  }
}

TEST(LogLine, TimesAreReadAsTheyAreWrittenAndNoOthers) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_time("2024-02-29T23:59:59.001Z"), 1'709'251'199'001);
  for (const char* text : {"2023-02-29T00:00:00Z", "2025-01-31 12:44:56Z", "2025-01-31T12:44:56",
                           "2025-01-31T24:00:00Z", "2025-01-31T12:44:56.7Z", "-025-01-31T12:44:56Z",
                           "2025-1--31T12:44:56Z", "Z"}) {
    EXPECT_FALSE(parse_time(text).has_value()) << text;
  }
  EXPECT_EQ(time_of(R"({"time":"1970-01-01T00:00:00Z","x)"), 0);
  EXPECT_FALSE(time_of(R"({"t":1})").has_value());
}

}  // namespace
}  // namespace confab::logview
