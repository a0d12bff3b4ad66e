#include "sim/link/wire.h"

#include <gtest/gtest.h>

#include <array>

#include "sim/link/profile_text.h"

namespace confab::sim {
namespace {

constexpr Instant kT0 = Instant{} + 1s;

TEST(WireTest, packets_come_out_when_the_link_says_so_and_whole) {
  LinkProfile profile;
  profile.rate_bps = 80'000;  // 100 bytes take 10 ms
  profile.delay = 20ms;
  profile.overhead_bytes = 0;
  Wire wire(profile, 1);
  std::array<std::uint8_t, 100> packet{};
  for (std::uint8_t i = 0; i < 3; ++i) {
    packet[0] = i;
    wire.send(kT0, packet);
  }
  ASSERT_EQ(wire.size(), 3u);
  for (std::uint8_t i = 0; i < 3; ++i) {
    EXPECT_EQ(wire.next(), kT0 + 20ms + (i + 1) * 10ms);
    const auto out = wire.take(wire.next());
    ASSERT_EQ(out.size(), 100u);
    EXPECT_EQ(out[0], i);
  }
  EXPECT_EQ(wire.next(), kNever);
}

TEST(WireTest, what_was_taken_too_late_is_said_once) {
  LinkProfile profile;
  profile.delay = 5ms;
  Wire wire(profile, 1);
  wire.send(kT0, std::array<std::uint8_t, 1>{});
  (void)wire.take(kT0 + 12ms);
  EXPECT_EQ(wire.take_lateness(), 7ms);
  EXPECT_EQ(wire.take_lateness(), 0ms);
}

TEST(ProfileTextTest, directions_and_defaults) {
  const auto read = parse_profiles("# a weak link\nrate=500000\nab.delay=20\nba.loss=0.05\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ab.rate_bps, 500'000u);
  EXPECT_EQ(read->ba.rate_bps, 500'000u);
  EXPECT_EQ(read->ab.delay, 20ms);
  EXPECT_EQ(read->ba.delay, 0ms);
  EXPECT_EQ(read->ab.loss_permille, 0u);
  EXPECT_EQ(read->ba.loss_permille, 50u);
  EXPECT_EQ(read->ab.queue_max, 200ms);
}

TEST(ProfileTextTest, a_loss_in_bursts_loses_as_much) {
  const auto read = parse_profiles("loss=0.1\nburst=4");
  ASSERT_TRUE(read);
  Link link(read->ab, 3);
  std::size_t lost = 0;
  for (int i = 0; i < 20'000; ++i) lost += link.send(kT0 + i * 1ms, 100).copies == 0;
  EXPECT_NEAR(static_cast<double>(lost) / 20'000, 0.1, 0.02);
}

TEST(ProfileTextTest, what_is_not_understood_is_named) {
  for (const std::string_view bad : {"rate", "speed=1", "rate=fast", "loss=2", "delay=-1",
                                     "burst=0", "xy.rate=1", "rate=nan", "rate=1 "}) {
    const auto read = parse_profiles(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_NE(read.error().find(bad), std::string::npos);
  }
}

}  // namespace
}  // namespace confab::sim
