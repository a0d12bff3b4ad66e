#include "sfu/rate_control.h"

#include <gtest/gtest.h>

#include <array>

#include "rtc/rtcp/packet.h"

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 10s;
constexpr std::size_t kBytes = 1000;

// As a receiver reports: two packets after each other, 10 ms apart, by its clock's reference time.
struct Report {
  Report(std::uint16_t base, std::int32_t reference) {
    chunks = {0x20, 0x02};  // a run of two small deltas
    deltas = {0, 40};
    feedback.base_seq = {base};
    feedback.status_count = feedback.received_count = 2;
    feedback.reference_time = reference;
    feedback.chunks = chunks;
    feedback.deltas = deltas;
  }

  std::array<std::uint8_t, 2> chunks{};
  std::array<std::uint8_t, 2> deltas{};
  rtcp::TransportFeedback feedback;
};

struct RateControlTest : testing::Test {
  void send(Instant now, std::int64_t seq) {
    rate.on_sent(now, seq, kBytes, cc::PacketClass::kVideo, true);
    rate.on_message(now, 1, kBytes, 0);
  }
  RateControl rate;
};

TEST_F(RateControlTest, holds_nothing_up_for_a_receiver_that_reports_nothing) {
  for (int i = 0; i < 3000; ++i) {
    const Instant now = kT0 + i * 1ms;
    send(now, i);
    ASSERT_GT(rate.may_send(now, 100'000), 1'000'000u);
  }
  EXPECT_FALSE(rate.is_known());
}

TEST_F(RateControlTest, spreads_what_waits_once_the_link_is_known) {
  send(kT0, 0);
  send(kT0 + 10ms, 1);
  rate.on_feedback(kT0 + 50ms, Report(0, 100).feedback);
  ASSERT_TRUE(rate.is_known());
  // 300 kbit/s with 30 kB waiting: the pace is at most three times that.
  Instant now = kT0 + 60ms;
  std::size_t sent = 0;
  std::int64_t seq = 2;
  for (int i = 0; i < 1000; ++i, now += 1ms) {
    if (rate.may_send(now, 30'000) == 0) continue;
    rate.on_sent(now, seq++, kBytes, cc::PacketClass::kVideo, true);
    rate.on_message(now, 1, kBytes, 30'000);
    sent += kBytes + 28;
  }
  EXPECT_GT(sent * 8, 400'000u);
  EXPECT_LT(sent * 8, 1'000'000u);
  EXPECT_LT(rate.backlog_max(), 70'000u);
}

TEST_F(RateControlTest, goes_on_across_the_wrap_of_the_receivers_clock) {
  Instant now = kT0;
  std::int32_t reference = 0x7FFFFF - 20;
  std::int64_t seq = 0;
  // Each 64 ms, as the reference counts.
  for (int i = 0; i < 60; ++i, now += 64ms) {
    send(now, seq);
    send(now + 10ms, seq + 1);
    rate.on_feedback(now + 40ms, Report(static_cast<std::uint16_t>(seq), reference).feedback);
    seq += 2;
    reference = reference == 0x7FFFFF ? -0x800000 : reference + 1;
    EXPECT_LT(rate.controller().queue(), 5ms) << i;
    EXPECT_NE(rate.update().state, cc::LinkState::kDraining) << i;
  }
}

TEST_F(RateControlTest, probes_with_what_is_sent_next_until_the_burst_is_complete) {
  rate.on_demand(kT0, {.next_step_bps = 1'000'000, .ideal_bps = 1'000'000});
  ASSERT_TRUE(rate.is_probing());
  Instant now = kT0;
  std::int64_t seq = 0;
  int packets = 0;
  for (; rate.is_probing() && packets < 1000; now += 1ms) {
    while (rate.is_probing() && rate.may_send(now, 0) > 0) {
      send(now, seq++);
      ++packets;
    }
  }
  EXPECT_GE(packets, 5);
  EXPECT_LT(packets, 30);
  EXPECT_GT(now - kT0, 10ms) << "spread, or nothing can be told from it";
}

TEST_F(RateControlTest, a_remb_caps_where_nothing_else_is_reported) {
  rate.on_remb(kT0, 250'000);
  EXPECT_TRUE(rate.is_known());
  EXPECT_LE(rate.target_bps(), 250'000);
}

}  // namespace
}  // namespace confab::sfu
