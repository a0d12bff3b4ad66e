#include "platform/clock/clock.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace confab {
namespace {

TEST(ClockTest, MonotonicTimeStartsNearZeroAndNeverGoesBack) {
  Instant last = monotonic_now();
  EXPECT_GE(last, Instant{});
  for (int i = 0; i < 10'000; ++i) {
    const Instant now = monotonic_now();
    EXPECT_GE(now, last);
    last = now;
  }
  EXPECT_LT(last, Instant{} + std::chrono::hours(1)) << "the epoch is the process, not the machine";
}

TEST(ClockTest, TheWallMapAgreesWithTheSystemClock) {
  const WallMap map = make_wall_map();
  const NtpTime ntp = map.to_ntp(monotonic_now());
  const auto unix_seconds = static_cast<std::int64_t>(ntp.value >> 32) - 2'208'988'800;
  // Within a second and a half: a machine under load may stop us for a while, not for that long.
  EXPECT_LE(std::llabs(unix_seconds * 1000 - wall_unix_ms()), 1500);
}

TEST(ClockTest, WritesUtcWithMilliseconds) {
  EXPECT_EQ(format_utc(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_utc(1'738'327'496'789), "2025-01-31T12:44:56.789Z");
  EXPECT_EQ(format_utc(951'782'400'007), "2000-02-29T00:00:00.007Z");
  EXPECT_EQ(format_utc(-1), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace confab
