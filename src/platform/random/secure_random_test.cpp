#include "platform/random/secure_random.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace confab {
namespace {

TEST(SecureRandomTest, FillsEveryByteOfAnyLength) {
  SecureRandom random;
  for (const std::size_t size : {1u, 15u, 64u, 65u, 511u, 512u, 513u, 5000u, 1'100'000u}) {
    // Given bytes that stay zero by chance once in 2^-32 per byte over four rounds.
    std::vector<std::uint8_t> seen(size);
    for (int round = 0; round < 4; ++round) {
      std::vector<std::uint8_t> out(size);
      random.fill(out);
      for (std::size_t i = 0; i < size; ++i) seen[i] |= out[i];
    }
    // Then the last byte was written as well as the first.
    EXPECT_NE(seen.front(), 0);
    EXPECT_NE(seen.back(), 0);
  }
}

TEST(SecureRandomTest, NeverGivesTheSameBytesAgain) {
  SecureRandom random;
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i) ids.insert(random.alphanumeric(22));
  EXPECT_EQ(ids.size(), 10'000u);
}

TEST(SecureRandomTest, ThreadsHaveTheirOwnStock) {
  std::array<std::vector<std::uint64_t>, 4> drawn;
  std::vector<std::jthread> threads;
  for (auto& mine : drawn) {
    threads.emplace_back([&mine] {
      SecureRandom random;
      for (int i = 0; i < 1000; ++i) mine.push_back(random.u64());
    });
  }
  threads.clear();
  std::set<std::uint64_t> all;
  for (const auto& mine : drawn) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 4000u);
}

TEST(SecureRandomTest, BitsAreBalanced) {
  SecureRandom random;
  std::array<std::uint8_t, 64> block{};
  std::size_t ones = 0;
  constexpr std::size_t kRounds = 2000;
  for (std::size_t i = 0; i < kRounds; ++i) {
    random.fill(block);
    for (const std::uint8_t b : block) ones += static_cast<std::size_t>(std::popcount(b));
  }
  // 1,024,000 fair bits: the standard deviation is 506, so 0.5 % is ten of them.
  const double share = static_cast<double>(ones) / (kRounds * 64 * 8);
  EXPECT_NEAR(share, 0.5, 0.005);
}

}  // namespace
}  // namespace confab
