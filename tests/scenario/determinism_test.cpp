#include <gtest/gtest.h>

#include "run_hash.h"

namespace confab::sim {
namespace {

TEST(Determinism, the_same_seed_gives_the_same_run_and_another_seed_another) {
  const std::uint64_t first = run_hash(1);
  EXPECT_EQ(run_hash(1), first);
  EXPECT_NE(run_hash(2), first);
}

}  // namespace
}  // namespace confab::sim
