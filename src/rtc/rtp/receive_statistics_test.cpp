#include "rtc/rtp/receive_statistics.h"

#include <gtest/gtest.h>

namespace confab::rtp {
namespace {

constexpr Ssrc kSsrc{7};

// A stream of 20 ms audio frames at 48 kHz.
struct Stream {
  ReceiveStatistics statistics{kSsrc, 48'000};
  Instant start{1h};

  void receive(std::int64_t n, Duration network_delay = 0ms) {
    statistics.on_packet(start + n * 20ms + network_delay, to_seq(n), to_rtp_time(n * 960), 100);
  }
  Instant at(std::int64_t n) const { return start + n * 20ms; }
};

TEST(ReceiveStatistics, NothingToReportBeforeTheFirstPacket) {
  Stream stream;
  EXPECT_FALSE(stream.statistics.make_report(stream.start));
  EXPECT_EQ(stream.statistics.packets_lost(), 0);
}

TEST(ReceiveStatistics, CountsLossOverTheWrap) {
  // Given 100 packets over the wrap of which every fourth is lost.
  Stream stream;
  for (std::int64_t n = 65'500; n < 65'600; ++n) {
    if (n % 4 != 1) stream.receive(n);
  }
  // When reported, then the fraction is a quarter and the highest number has one cycle.
  const auto report = stream.statistics.make_report(stream.at(65'600));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->ssrc, kSsrc);
  EXPECT_EQ(report->cumulative_lost, 25);
  EXPECT_EQ(report->fraction_lost, 64);
  EXPECT_EQ(report->extended_highest_seq, 65'599u);
  EXPECT_EQ(stream.statistics.packets_received(), 75u);
  EXPECT_EQ(stream.statistics.bytes_received(), 7500u);
}

TEST(ReceiveStatistics, FractionIsOfTheIntervalOnly) {
  Stream stream;
  stream.receive(0);
  stream.receive(3);
  EXPECT_EQ(stream.statistics.make_report(stream.at(4))->fraction_lost, 128);
  stream.receive(4);
  stream.receive(5);
  const auto second = stream.statistics.make_report(stream.at(6));
  EXPECT_EQ(second->fraction_lost, 0);
  EXPECT_EQ(second->cumulative_lost, 2);
}

TEST(ReceiveStatistics, LatePacketsAreNotLost) {
  Stream stream;
  for (const int n : {0, 2, 3, 1}) stream.receive(n);
  EXPECT_EQ(stream.statistics.packets_lost(), 0);
}

TEST(ReceiveStatistics, DuplicatesMakeLossNegativeAsTheRfcSays) {
  Stream stream;
  for (const int n : {0, 1, 1, 1}) stream.receive(n);
  EXPECT_EQ(stream.statistics.make_report(stream.at(2))->cumulative_lost, -2);
  EXPECT_EQ(stream.statistics.packets_lost_after_repair(), 0u);
}

TEST(ReceiveStatistics, RepairedPacketsAreLostToTheNetworkOnly) {
  Stream stream;
  stream.receive(0);
  stream.receive(5);
  stream.statistics.on_repaired();
  stream.statistics.on_repaired();
  stream.statistics.on_repaired();
  EXPECT_EQ(stream.statistics.packets_lost(), 4);
  EXPECT_EQ(stream.statistics.packets_lost_after_repair(), 1u);
}

TEST(ReceiveStatistics, OneStrayJumpIsIgnored) {
  Stream stream;
  stream.receive(0);
  stream.receive(20'000);
  stream.receive(1);
  EXPECT_EQ(stream.statistics.packets_lost(), 0);
  EXPECT_EQ(stream.statistics.make_report(stream.at(2))->extended_highest_seq, 1u);
}

TEST(ReceiveStatistics, TwoInARowAreARestart) {
  // Given one packet lost, then a sender that goes on 20,000 further and loses another.
  Stream stream;
  for (const int n : {0, 2, 20'000, 20'001, 20'003}) stream.receive(n);
  // Then the gap is not counted as loss, the two packets are.
  EXPECT_EQ(stream.statistics.packets_lost(), 2);
  EXPECT_EQ(stream.statistics.make_report(stream.at(20'004))->extended_highest_seq, 20'003u);
}

TEST(ReceiveStatistics, SteadyDelayHasNoJitter) {
  Stream stream;
  for (int n = 0; n < 100; ++n) stream.receive(n, 30ms);
  EXPECT_EQ(stream.statistics.make_report(stream.at(100))->jitter, 0u);
}

TEST(ReceiveStatistics, JitterConvergesToTheMeanDifference) {
  // Given a delay that alternates by 10 ms = 480 units: the mean difference is 480.
  Stream stream;
  for (int n = 0; n < 500; ++n) stream.receive(n, n % 2 == 0 ? 0ms : 10ms);
  EXPECT_NEAR(stream.statistics.make_report(stream.at(500))->jitter, 480, 5);
  EXPECT_NEAR(to_seconds(stream.statistics.jitter()), 0.010, 0.0002);
}

TEST(ReceiveStatistics, ABurstOfOneFrameIsNotJitter) {
  ReceiveStatistics statistics(kSsrc, 90'000);
  for (int n = 0; n < 10; ++n) {
    statistics.on_packet(Instant(1s) + n * 1ms, to_seq(n), RtpTime{0}, 1000);
  }
  EXPECT_EQ(statistics.jitter(), 0ms);
}

TEST(ReceiveStatistics, AJumpOfTheTimestampIsNotJitter) {
  Stream stream;
  stream.receive(0);
  stream.statistics.on_packet(stream.at(1), to_seq(1), RtpTime{3'000'000'000}, 100);
  EXPECT_EQ(stream.statistics.jitter(), 0ms);
}

TEST(ReceiveStatistics, TellsTheSenderHowOldItsReportIs) {
  Stream stream;
  stream.receive(0);
  EXPECT_EQ(stream.statistics.make_report(stream.at(1))->last_sr, 0u);
  stream.statistics.on_sender_report(stream.at(2), NtpTime{0x1111'2222'3333'4444});
  const auto report = stream.statistics.make_report(stream.at(2) + 1500ms);
  EXPECT_EQ(report->last_sr, 0x2222'3333u);
  EXPECT_EQ(report->delay_since_last_sr, 0x18000u);
}

TEST(ReceiveStatistics, AReportWithoutAWallClockCanNotBeNamed) {
  Stream stream;
  stream.receive(0);
  stream.statistics.on_sender_report(stream.at(2), NtpTime{0});
  const auto report = stream.statistics.make_report(stream.at(2) + 1500ms);
  EXPECT_EQ(report->last_sr, 0u);
  EXPECT_EQ(report->delay_since_last_sr, 0u);
}

}  // namespace
}  // namespace confab::rtp
