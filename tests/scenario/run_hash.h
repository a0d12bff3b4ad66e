// A run that goes through most of what there is, and the hash of its event log.
#pragma once

#include <cstdint>

namespace confab::sim {

std::uint64_t run_hash(std::uint64_t seed);

}  // namespace confab::sim
