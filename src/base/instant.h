// Time as an input. Protocol code is handed an Instant and hands back the Instant at which it wants
// to be woken; it can not ask what time it is, because MonotonicClock has no now().
#pragma once

#include <chrono>
#include <cstdint>

namespace confab {

using Duration = std::chrono::nanoseconds;
using namespace std::chrono_literals;

// The clock Instants belong to. Its epoch is the engine's (the process start) or the simulator's
// (the start of the run).
struct MonotonicClock {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  using time_point = std::chrono::time_point<MonotonicClock, Duration>;
  static constexpr bool is_steady = true;
};

using Instant = MonotonicClock::time_point;

// "Do not wake me."
inline constexpr Instant kNever = Instant::max();

constexpr std::int64_t to_us(Duration d) {
  return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
}
constexpr std::int64_t to_ms(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}
constexpr double to_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

// A point in NTP time: seconds since 1900-01-01 in 32.32 fixed point (RFC 3550 §4).
struct NtpTime {
  std::uint64_t value = 0;

  // The middle 32 bits, as LSR in RTCP reports carry it (RFC 3550 §6.4.1), in units of 1/65536 s.
  constexpr std::uint32_t compact() const { return static_cast<std::uint32_t>(value >> 16); }
  auto operator<=>(const NtpTime&) const = default;
};

constexpr std::uint64_t to_ntp_units(Duration d) {
  const auto s = static_cast<std::uint64_t>(d.count()) / 1'000'000'000u;
  const auto ns = static_cast<std::uint64_t>(d.count()) % 1'000'000'000u;
  return (s << 32) | ((ns << 32) / 1'000'000'000u);
}

// How Instants map to wall time. The engine makes one at start and hands it in; protocol code only
// translates with it, so a step of the system clock never reaches a sender report.
struct WallMap {
  Instant at{};
  NtpTime ntp{};

  constexpr NtpTime to_ntp(Instant t) const {
    return t >= at ? NtpTime{ntp.value + to_ntp_units(t - at)}
                   : NtpTime{ntp.value - to_ntp_units(at - t)};
  }
};

}  // namespace confab
