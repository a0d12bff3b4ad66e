// When a log file has had its day, and what becomes of it: it is moved aside under its own name
// with the time behind it, and those that are too many or too old are deleted. Owns nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace confab {

struct LogRotation {
  std::uint64_t bytes_max = 0;  // 0: whatever its size
  Duration age_max{};           // 0: whatever its age
  std::size_t files_max = 0;    // of those that were moved aside
  Duration keep{};              // and for how long since they were last written to

  bool is_on() const { return bytes_max > 0 || age_max > Duration::zero(); }
  bool is_due(std::uint64_t bytes, std::int64_t begun_ms, std::int64_t now_ms) const;
};

// "media-1.log" at that time: "media-1.log.20250131T124456.789Z".
std::string rotated_name(std::string_view file, std::int64_t unix_ms);
bool is_rotated_name(std::string_view name, std::string_view file);

// Deletes of what was moved aside from `path` all but the newest `files_max`, and what nobody wrote
// to for `keep`. What cannot be deleted is tried again the next time.
void prune_rotated(const std::string& path, const LogRotation& rotation, std::int64_t now_ms);

}  // namespace confab
