#include "sfu/rate_control.h"

#include <gtest/gtest.h>

#include <array>

#include "rtc/rtcp/packet.h"

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 10s;
constexpr std::size_t kBytes = 1000;

Path path_of(std::uint32_t address) {
  return {.remote = {IpAddress::v4(address), 5000}};
}

// As a receiver reports: two packets, 10 ms apart, from its clock's reference time on.
struct Report {
  Report(std::int64_t base, std::int32_t reference) {
    feedback.base_seq = {static_cast<std::uint16_t>(base)};
    feedback.status_count = feedback.received_count = 2;
    feedback.reference_time = reference;
    feedback.chunks = chunks;
    feedback.deltas = deltas;
  }

  std::array<std::uint8_t, 2> chunks = {0x20, 0x02};  // a run of two small deltas
  std::array<std::uint8_t, 2> deltas = {0, 40};
  rtcp::TransportFeedback feedback;
};

struct RateControlTest : testing::Test {
  RateControlTest() { rate.on_path(kT0, path_of(1)); }
  void send(Instant at, std::int64_t number) {
    rate.on_sent(at, number, kBytes, cc::PacketClass::kVideo, true);
  }
  // Two packets and what is reported of them, each 64 ms, as the reference time counts.
  void report(int times, std::int32_t reference) {
    for (int i = 0; i < times; ++i, now += 64ms, seq += 2) {
      send(now, seq);
      send(now + 10ms, seq + 1);
      rate.on_feedback(now + 40ms, Report(seq, reference).feedback);
      reference = reference == 0x7FFFFF ? -0x800000 : reference + 1;
    }
  }

  RateControl rate;
  Instant now = kT0;
  std::int64_t seq = 0;
};

TEST_F(RateControlTest, knows_nothing_of_a_link_that_nothing_is_reported_of) {
  for (int i = 0; i < 3000; ++i) send(kT0 + i * 1ms, i);
  EXPECT_FALSE(rate.is_known());
  EXPECT_EQ(rate.next_timeout(), kNever);
  EXPECT_NEAR(rate.sent_bps(kT0 + 3s), (kBytes + 28) * 8 * 1000, 400'000);
}

TEST_F(RateControlTest, finds_a_link_normal_on_which_packets_arrive_as_they_are_sent) {
  report(30, 100);
  EXPECT_TRUE(rate.is_known());
  EXPECT_EQ(rate.update().state, cc::LinkState::kNormal);
  EXPECT_EQ(rate.controller().loss(), 0);
}

TEST_F(RateControlTest, goes_on_across_the_wrap_of_the_receivers_clock) {
  report(60, 0x7FFFFF - 20);
  EXPECT_LT(rate.controller().queue(), 5ms);
  EXPECT_EQ(rate.update().state, cc::LinkState::kNormal);
}

TEST_F(RateControlTest, packets_that_carry_no_number_count_as_sent_alone) {
  for (int i = 0; i < 100; ++i) {
    rate.on_sent(kT0 + i * 20ms, std::nullopt, 100, cc::PacketClass::kAudio, false);
  }
  EXPECT_NEAR(rate.sent_bps(kT0 + 2s), 128 * 8 * 50, 1500);
  EXPECT_FALSE(rate.is_known());
}

TEST_F(RateControlTest, probes_with_what_is_sent_until_the_burst_is_complete) {
  rate.on_demand(kT0, {.next_step_bps = 1'000'000, .ideal_bps = 1'000'000});
  ASSERT_TRUE(rate.is_probing());
  int packets = 0;
  for (; rate.is_probing() && packets < 1000; now += 1ms) {
    while (rate.probe_bytes_due(now) > 0) {
      rate.on_sent(now, seq++, 200, cc::PacketClass::kPadding, true);
      ++packets;
    }
  }
  EXPECT_GE(packets, 5);
  EXPECT_LT(packets, 50);
  EXPECT_GT(now - kT0, 10ms) << "spread, or nothing can be told from it";
  EXPECT_EQ(rate.other_bps(now), 0);
}

TEST_F(RateControlTest, a_burst_that_can_not_be_sent_is_given_up) {
  rate.on_demand(kT0, {.next_step_bps = 700'000, .ideal_bps = 700'000});
  EXPECT_GT(rate.probe_bytes_due(kT0), 0u);
  EXPECT_EQ(rate.probe_bytes_due(kT0 + 1s), 0u);
  EXPECT_FALSE(rate.is_probing());
}

TEST_F(RateControlTest, a_link_that_falls_silent_is_found_so) {
  report(30, 100);
  const double before = rate.target_bps();
  send(now, seq);
  ASSERT_LT(rate.next_timeout(), now + 2s);
  now = rate.next_timeout();
  rate.handle_timeout(now);
  EXPECT_EQ(rate.update().state, cc::LinkState::kSilent);
  EXPECT_LT(rate.target_bps(), before);
}

TEST_F(RateControlTest, a_remb_caps_where_nothing_else_is_reported) {
  rate.on_remb(kT0, 250'000);
  EXPECT_TRUE(rate.is_known());
  EXPECT_LE(rate.target_bps(), 250'000);
}

TEST_F(RateControlTest, another_way_to_the_receiver_begins_anew) {
  report(30, 100);
  rate.on_path(now, path_of(1));
  EXPECT_TRUE(rate.controller().throughput_bps());
  rate.on_path(now, path_of(2));
  EXPECT_FALSE(rate.controller().throughput_bps());
}

}  // namespace
}  // namespace confab::sfu
