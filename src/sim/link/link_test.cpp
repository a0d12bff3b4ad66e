#include "sim/link/link.h"

#include <gtest/gtest.h>

#include <optional>

namespace confab::sim {
namespace {

constexpr Instant kT0 = Instant{} + 10s;
// 1000 bytes on the wire, which take 8 ms at 1 Mbit/s.
constexpr std::size_t kDatagram = 972;

LinkProfile one_mbit() {
  LinkProfile profile;
  profile.delay = 10ms;
  profile.rate_bps = 1'000'000;
  return profile;
}

std::optional<Duration> delay_of(Link& link, Instant at) {
  const Link::Fate fate = link.send(at, kDatagram);
  if (fate.copies == 0) return std::nullopt;
  return fate.arrivals[0] - at;
}

TEST(Link, without_a_rate_nothing_waits) {
  Link link({}, 1);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(delay_of(link, kT0), Duration(10ms));
  EXPECT_EQ(link.queue(kT0), Duration::zero());
}

TEST(Link, each_packet_waits_for_those_before_it_and_takes_its_own_time) {
  Link link(one_mbit(), 1);
  EXPECT_EQ(delay_of(link, kT0), Duration(8ms + 10ms));
  EXPECT_EQ(delay_of(link, kT0), Duration(16ms + 10ms));
  EXPECT_EQ(link.queue(kT0), Duration(16ms));
  EXPECT_EQ(delay_of(link, kT0 + 15ms), Duration(1ms + 8ms + 10ms));
  EXPECT_EQ(delay_of(link, kT0 + 1s), Duration(8ms + 10ms));
}

TEST(Link, carries_its_rate_and_drops_the_rest_at_the_tail_of_its_queue) {
  LinkProfile profile = one_mbit();
  profile.queue_max = 100ms;
  Link link(profile, 1);
  link.keep_log(true);
  // Given 2 Mbit/s for 10 s
  Duration longest{};
  for (int i = 0; i < 2500; ++i) {
    const auto delay = delay_of(link, kT0 + i * 4ms);
    if (delay) longest = std::max(longest, *delay);
  }
  // Then half comes through, the queue is full, and the log says so of each
  EXPECT_NEAR(static_cast<double>(link.totals().delivered_bytes), 1'250'000, 20'000);
  EXPECT_EQ(link.totals().offered_bytes, 2'500'000u);
  EXPECT_GT(longest, 110ms);
  EXPECT_LE(longest, 118ms);
  ASSERT_EQ(link.log().size(), 2500u);
  const auto dropped = static_cast<std::uint64_t>(std::ranges::count_if(
      link.log(), [](const auto& entry) { return entry.fate == LinkFate::kQueueFull; }));
  EXPECT_EQ(dropped, link.totals().queue_full);
  EXPECT_GT(link.log().back().waited, 90ms);
}

TEST(Link, a_queue_can_be_limited_in_bytes) {
  LinkProfile profile = one_mbit();
  profile.queue_bytes_max = 3000;
  Link link(profile, 1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(delay_of(link, kT0)) << i;
  EXPECT_FALSE(delay_of(link, kT0));
  EXPECT_TRUE(delay_of(link, kT0 + 8ms));
}

TEST(Link, what_waits_goes_on_at_a_new_rate) {
  Link link(one_mbit(), 1);
  for (int i = 0; i < 10; ++i) (void)delay_of(link, kT0);
  LinkProfile slower = one_mbit();
  slower.rate_bps = 250'000;
  slower.delay = 50ms;
  link.set_profile(kT0, slower);
  EXPECT_EQ(link.queue(kT0), Duration(320ms));
  slower.queue_max = 1s;
  link.set_profile(kT0, slower);
  EXPECT_EQ(delay_of(link, kT0), Duration(320ms + 32ms + 50ms));
}

TEST(Link, nothing_overtakes_when_the_link_becomes_faster) {
  Link link(one_mbit(), 1);
  Instant last{};
  for (int i = 0; i < 10; ++i) last = link.send(kT0, kDatagram).arrivals[0];
  LinkProfile faster = one_mbit();
  faster.rate_bps = 100'000'000;
  faster.delay = 1ms;
  link.set_profile(kT0, faster);
  EXPECT_GE(link.send(kT0, kDatagram).arrivals[0], last);
}

TEST(Link, a_policer_lets_a_burst_through_and_then_its_rate_without_delay) {
  LinkProfile profile;
  profile.policer_bps = 1'000'000;
  profile.policer_burst_bytes = 5000;
  Link link(profile, 1);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(delay_of(link, kT0), Duration(10ms)) << i;
  EXPECT_FALSE(delay_of(link, kT0));
  EXPECT_FALSE(delay_of(link, kT0 + 7ms));
  EXPECT_EQ(delay_of(link, kT0 + 8ms), Duration(10ms));
  EXPECT_EQ(link.totals().policed, 2u);
}

TEST(Link, loses_its_share_and_in_bursts_of_the_length_asked_for) {
  LinkProfile profile;
  profile.burst_begin_permille = 20;
  profile.burst_end_permille = 200;  // 5 packets
  Link link(profile, 7);
  int lost = 0;
  int bursts = 0;
  bool was_lost = false;
  for (int i = 0; i < 100'000; ++i) {
    const bool is_lost = !delay_of(link, kT0 + i * 1ms);
    lost += is_lost ? 1 : 0;
    bursts += is_lost && !was_lost ? 1 : 0;
    was_lost = is_lost;
  }
  // The share of time in the bad state: 20 / (20 + 200).
  EXPECT_NEAR(lost, 9090, 700);
  EXPECT_NEAR(static_cast<double>(lost) / bursts, 5.0, 0.3);
  EXPECT_EQ(link.totals().lost, static_cast<std::uint64_t>(lost));
}

TEST(Link, what_is_lost_behind_the_bottleneck_took_its_time_there) {
  LinkProfile profile = one_mbit();
  profile.loss_permille = 1000;
  Link link(profile, 1);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(delay_of(link, kT0));
  EXPECT_EQ(link.queue(kT0), Duration(80ms));
}

TEST(Link, the_same_seed_gives_the_same_fates) {
  LinkProfile profile = one_mbit();
  profile.jitter = 5ms;
  profile.loss_permille = 100;
  profile.burst_begin_permille = 10;
  Link one(profile, 3);
  Link two(profile, 3);
  for (int i = 0; i < 5000; ++i) {
    const Instant at = kT0 + i * 7ms;
    ASSERT_EQ(delay_of(one, at), delay_of(two, at));
  }
}

}  // namespace
}  // namespace confab::sim
