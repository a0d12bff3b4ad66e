#include "cc/control/sent_history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace confab::cc {
namespace {

constexpr Instant kT0 = Instant{} + 10s;

struct SentHistoryTest : testing::Test {
  void send(std::int64_t from, std::int64_t to, Duration spacing = 1ms) {
    for (std::int64_t seq = from; seq < to; ++seq) {
      history.add({.seq = seq, .at = kT0 + (seq - from) * spacing, .bytes = 1000});
    }
  }
  std::vector<PacketResult> report(std::int64_t base, std::size_t count,
                                   const std::vector<std::int64_t>& received) {
    std::vector<Feedback::Arrival> arrivals;
    for (const std::int64_t seq : received) {
      arrivals.push_back({static_cast<std::uint16_t>(seq), seq * 1ms});
    }
    const auto results = history.on_feedback({.base_seq = static_cast<std::uint16_t>(base),
                                              .status_count = static_cast<std::uint16_t>(count),
                                              .arrivals = arrivals});
    return {results.begin(), results.end()};
  }

  SentHistory history;
};

TEST_F(SentHistoryTest, says_of_each_packet_once_whether_it_came) {
  send(0, 10);
  EXPECT_EQ(history.bytes_in_flight(), 10'000);
  const auto results = report(0, 4, {0, 1, 3});
  ASSERT_EQ(results.size(), 4u);
  EXPECT_TRUE(results[0].received);
  EXPECT_EQ(results[1].arrived, Duration(1ms));
  EXPECT_EQ(results[1].sent_at, kT0 + 1ms);
  EXPECT_FALSE(results[2].received);
  EXPECT_TRUE(results[3].received);
  EXPECT_EQ(history.bytes_in_flight(), 6'000);
  EXPECT_TRUE(report(0, 4, {0, 1, 3}).empty());
}

TEST_F(SentHistoryTest, a_late_report_takes_a_loss_back) {
  send(0, 10);
  (void)report(0, 4, {0, 1, 3});
  const auto results = report(2, 1, {2});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_TRUE(results[0].received);
  EXPECT_TRUE(results[0].was_lost);
  EXPECT_EQ(history.bytes_in_flight(), 6'000);
}

TEST_F(SentHistoryTest, what_lost_feedback_spoke_of_is_unknown_and_not_lost) {
  send(0, 100);
  (void)report(0, 10, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  // The feedback of 10 to 19 goes missing.
  const auto results = report(20, 3, {20, 21, 22});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_TRUE(std::ranges::all_of(results, &PacketResult::received));
}

TEST_F(SentHistoryTest, numbers_wrap) {
  send(65'530, 65'545);
  const auto results = report(65'533, 6, {65'533, 65'534, 65'535, 65'536, 65'538});
  ASSERT_EQ(results.size(), 6u);
  EXPECT_EQ(results[3].seq, 65'536);
  EXPECT_TRUE(results[3].received);
  EXPECT_FALSE(results[4].received);
  EXPECT_TRUE(results[5].received);
}

TEST_F(SentHistoryTest, feedback_of_what_was_never_sent_says_nothing) {
  EXPECT_TRUE(report(0, 10, {0, 1, 2}).empty());
  send(0, 10);
  EXPECT_TRUE(report(100, 10, {100, 101}).empty());
  EXPECT_EQ(report(5, 1000, {5, 6, 900}).size(), 5u);
}

TEST_F(SentHistoryTest, grows_while_much_is_in_flight_and_stops_at_its_limit) {
  send(0, 512);
  EXPECT_EQ(history.slots(), 512u);
  send(512, 1024, 10us);
  EXPECT_EQ(history.slots(), 1024u);
  EXPECT_TRUE(report(0, 1, {0}).front().received);
  send(1024, 30'000, 10us);
  EXPECT_EQ(history.slots(), 8192u);
  // The oldest are forgotten, and no longer in flight.
  EXPECT_EQ(history.bytes_in_flight(), 8192 * 1000);
}

TEST_F(SentHistoryTest, does_not_grow_for_packets_of_which_nothing_will_be_heard) {
  send(0, 5000, 20ms);
  EXPECT_EQ(history.slots(), 512u);
}

TEST(WireOverhead, every_byte_on_the_wire_counts) {
  EXPECT_EQ(wire_overhead(Transport::kUdpOverIpv4), 28u);
  EXPECT_EQ(wire_overhead(Transport::kUdpOverIpv6), 48u);
  EXPECT_EQ(wire_overhead(Transport::kTcp), 42u);
}

}  // namespace
}  // namespace confab::cc
