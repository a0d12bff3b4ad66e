#include "platform/clock/clock.h"

#include <ctime>

#include "base/check.h"

namespace confab {
namespace {

// Seconds from 1900 (NTP) to 1970 (Unix): 70 years with 17 leap days (RFC 5905 §6, figure 4).
constexpr std::uint64_t kUnixEpochInNtp = 2'208'988'800u;

Duration read_clock(clockid_t clock) {
  timespec t{};
  CHECK(clock_gettime(clock, &t) == 0);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

}  // namespace

Instant monotonic_now() {
  static const Duration start = read_clock(CLOCK_MONOTONIC);
  return Instant(read_clock(CLOCK_MONOTONIC) - start);
}

WallMap make_wall_map() {
  // The thread may be put aside between the two readings; the pair read in the shortest time wins.
  WallMap best;
  Duration narrowest = Duration::max();
  for (int i = 0; i < 5; ++i) {
    const Instant before = monotonic_now();
    const Duration wall = read_clock(CLOCK_REALTIME);
    const Duration width = monotonic_now() - before;
    if (width >= narrowest) continue;
    narrowest = width;
    best.at = before + width / 2;
    best.ntp = NtpTime{(kUnixEpochInNtp << 32) + to_ntp_units(wall)};
  }
  return best;
}

std::int64_t wall_unix_ms() {
  return to_ms(read_clock(CLOCK_REALTIME));
}

std::string format_utc(std::int64_t unix_ms) {
  std::int64_t seconds = unix_ms / 1000;
  std::int64_t millis = unix_ms % 1000;
  if (millis < 0) {
    millis += 1000;
    --seconds;
  }
  const std::time_t t = seconds;
  std::tm utc{};
  CHECK(gmtime_r(&t, &utc) != nullptr);
  char text[40];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::string out(text, length);
  out += '.';
  out += static_cast<char>('0' + millis / 100);
  out += static_cast<char>('0' + millis / 10 % 10);
  out += static_cast<char>('0' + millis % 10);
  out += 'Z';
  return out;
}

}  // namespace confab
