// What a process of this machine has spent, from its CPU clock and /proc.
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"

namespace confab::loadtest {

struct ProcessUsage {
  Duration cpu{};  // user and system, of all its threads
  std::uint64_t resident_bytes = 0;
};

// Nothing when there is no such process or it may not be looked at.
std::optional<ProcessUsage> process_usage(std::uint32_t pid);
ProcessUsage own_usage();

}  // namespace confab::loadtest
