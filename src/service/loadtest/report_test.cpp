#include "service/loadtest/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace confab::loadtest {
namespace {

using testing::HasSubstr;
using testing::Not;

Report example() {
  Report report;
  report.joins.wanted = 10;
  report.joins.ready = 9;
  report.joins.failed = 1;
  report.joins.failures = {"join: full: the room is full"};
  report.joins.connected.add(12ms);
  report.measured = 10s;
  report.generator_cpu = 1s;
  client::Counters& c = report.media.stats.counters;
  c.packets_sent = 10'000;
  c.packets_received = 90'000;
  c.packets_missing = 110;
  c.packets_late = 4;
  c.packets_repaired = 6;
  report.media.stats.audio_delay.add(500us);
  return report;
}

TEST(LoadReport, WhatIsMissingAndCameAfterAllIsNotLost) {
  const Report report = example();
  EXPECT_EQ(report.packets_lost(), 100u);
  EXPECT_DOUBLE_EQ(report.loss(), 100.0 / 90'100.0);
}

TEST(LoadReport, NothingMeasuredIsNoLoss) {
  EXPECT_EQ(Report{}.loss(), 0);
  EXPECT_FALSE(to_table(Report{}).empty());
}

TEST(LoadReport, EachComesOnceAndWhoGoesAgainIsLost) {
  JoinReport joins{.wanted = 4};
  joins.add_ready({.joined = 1ms});
  joins.add_failed("full");
  EXPECT_EQ(joins.to_come(), 2u);
  joins.add_lost("closed");
  EXPECT_EQ(joins.to_come(), 2u);
  joins.add_ready({.joined = 1ms});
  joins.add_ready({.joined = 1ms});
  joins.add_lost("closed");
  joins.add_lost("closed");
  EXPECT_EQ(joins.to_come(), 0u);
  EXPECT_EQ(joins.ready, 3u);
  EXPECT_EQ(joins.failed, 1u);
  EXPECT_EQ(joins.lost, 3u);
  EXPECT_EQ(joins.signaling.count(), 3u);
  EXPECT_EQ(joins.failures.front(), "full");
}

TEST(LoadReport, OnlyTheFirstFewSayWhy) {
  JoinReport joins{.wanted = 100};
  for (int i = 0; i < 50; ++i) joins.add_ready({});
  for (int i = 0; i < 50; ++i) joins.add_failed("full");
  for (int i = 0; i < 50; ++i) joins.add_lost("closed");
  EXPECT_EQ(joins.failures.size(), 5u);
}

TEST(LoadReport, WhoWasLostIsToldBesideWhoFailed) {
  Report report = example();
  EXPECT_THAT(to_table(report), HasSubstr(", 1 failed\n"));
  report.joins.lost = 9;
  EXPECT_THAT(to_table(report), HasSubstr("9 of 10 at 0.0/s, 1 failed, 9 lost\n"));
  EXPECT_EQ(boost::json::parse(to_json(report)).at_pointer("/joins/lost").to_number<int>(), 9);
}

TEST(LoadReport, TheTableSaysWhatAPersonAsks) {
  Report report = example();
  EXPECT_THAT(to_table(report), HasSubstr("9 of 10"));
  EXPECT_THAT(to_table(report), HasSubstr("the room is full"));
  EXPECT_THAT(to_table(report), HasSubstr("9000/s"));
  EXPECT_THAT(to_table(report), HasSubstr("11.11 us of CPU per packet received"));
  EXPECT_THAT(to_table(report), Not(HasSubstr("video, forwarding")));
  EXPECT_THAT(to_table(report), Not(HasSubstr("server ")));

  report.server =
      ServerReport{.cpu = 900ms, .resident_bytes_before = 20'000'000, .resident_bytes = 22'700'000};
  EXPECT_THAT(to_table(report), HasSubstr("10.00 us of CPU per packet delivered"));
  EXPECT_THAT(to_table(report), HasSubstr("300 kB per participant"));
}

TEST(LoadReport, TheJsonHoldsTheSameNumbers) {
  Report report = example();
  report.server = ServerReport{.cpu = 900ms, .resident_bytes_before = 1, .resident_bytes = 901};
  const auto json = boost::json::parse(to_json(report));

  EXPECT_EQ(json.at_pointer("/joins/ready").to_number<int>(), 9);
  EXPECT_EQ(json.at("packets_lost").to_number<int>(), 100);
  EXPECT_DOUBLE_EQ(json.at_pointer("/audio_delay/p99_ms").as_double(), 0.5);
  EXPECT_DOUBLE_EQ(json.at_pointer("/server/cpu_us_per_packet").as_double(), 10.0);
  EXPECT_EQ(json.at_pointer("/server/resident_bytes_per_participant").to_number<int>(), 100);
}

TEST(LoadReport, TheLineTellsThePhase) {
  EXPECT_THAT(to_line({.joining = 3, .ready = 2}), HasSubstr("joining: 2 in, 3 to come"));
  EXPECT_THAT(to_line({.ready = 5, .failed = 1, .is_measuring = true, .left = 4s}),
              HasSubstr("measuring, 4 s left: 5 in, 1 failed;"));
  EXPECT_THAT(to_line({.ready = 10, .lost = 10, .is_measuring = true}),
              HasSubstr(": 0 in, 10 lost;"));
}

}  // namespace
}  // namespace confab::loadtest
