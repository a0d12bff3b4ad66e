// The one place that asks the system what time it is, for engine and services. Protocol code is
// handed the answers.
#pragma once

#include <string>

#include "base/instant.h"

namespace confab {

// Nanoseconds since the first call in this process, from CLOCK_MONOTONIC. Thread-safe.
Instant monotonic_now();

// Reads both clocks at once. Make one at start and keep it: sender reports of one process must not
// jump when the system clock is set.
WallMap make_wall_map();

// Milliseconds since 1970, UTC: for what is stored and shown to people, never for timers.
std::int64_t wall_unix_ms();

// "2025-01-31T12:34:56.789Z" (RFC 3339) for milliseconds since 1970.
std::string format_utc(std::int64_t unix_ms);

}  // namespace confab
