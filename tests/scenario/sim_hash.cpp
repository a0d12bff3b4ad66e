// Prints the hash of a simulated run for each seed given: the same in every build.
#include <cstdio>
#include <cstdlib>

#include "run_hash.h"

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::uint64_t seed = std::strtoull(arguments[i], nullptr, 10);
    std::printf("%llu %016llx\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(confab::sim::run_hash(seed)));
  }
}
