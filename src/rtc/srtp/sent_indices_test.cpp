#include "rtc/srtp/sent_indices.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace confab::srtp {
namespace {

constexpr auto kReused = std::unexpected(SrtpError::kIndexReused);

TEST(SentIndicesTest, TheFirstIsWhatItSays) {
  EXPECT_EQ(SentIndices().take(0), 0u);
  EXPECT_EQ(SentIndices().take(65'535), 65'535u);
}

TEST(SentIndicesTest, EachIsTakenOnce) {
  SentIndices sent;
  EXPECT_EQ(sent.take(100), 100u);
  EXPECT_EQ(sent.take(100), kReused);
  EXPECT_EQ(sent.take(99), 99u);
  EXPECT_EQ(sent.take(99), kReused);
  EXPECT_EQ(sent.take(102), 102u);
  EXPECT_EQ(sent.take(100), kReused);
  EXPECT_EQ(sent.take(101), 101u);
}

TEST(SentIndicesTest, WhatIsTooOldToTellIsRefused) {
  SentIndices sent;
  EXPECT_TRUE(sent.take(100));
  EXPECT_EQ(sent.take(200), 200u);
  EXPECT_EQ(sent.take(136), kReused);
  EXPECT_EQ(sent.take(137), 137u);
  // A jump beyond the window leaves nothing of it.
  EXPECT_EQ(sent.take(264), 264u);
  EXPECT_EQ(sent.take(201), 201u);
  EXPECT_EQ(sent.take(200), kReused);
}

TEST(SentIndicesTest, NothingIsBeforeTheFirstRollover) {
  SentIndices sent;
  EXPECT_TRUE(sent.take(2));
  EXPECT_EQ(sent.take(0), 0u);
  EXPECT_EQ(sent.take(65'535), kReused);
}

TEST(SentIndicesTest, TheRolloverCountsBothWays) {
  SentIndices sent;
  EXPECT_EQ(sent.take(65'534), 65'534u);
  EXPECT_EQ(sent.take(1), 65'537u);
  EXPECT_EQ(sent.take(65'535), 65'535u);
  EXPECT_EQ(sent.take(0), 65'536u);
  EXPECT_EQ(sent.take(65'535), kReused);
}

TEST(SentIndicesTest, AJumpOfHalfTheCircleIsRefused) {
  SentIndices sent;
  EXPECT_TRUE(sent.take(0));
  EXPECT_EQ(sent.take(0x8000), kReused);
  EXPECT_EQ(sent.take(0x7FFF), 0x7FFFu);
}

TEST(SentIndicesTest, EveryRolloverIsCounted) {
  SentIndices sent;
  ASSERT_TRUE(sent.take(0));
  std::uint64_t last = 0;
  // Three steps go around once.
  for (int i = 0; i < 3 * 1000; ++i) {
    const auto index = sent.take(static_cast<std::uint16_t>(last + (i % 3 == 0 ? 0x5556 : 0x5555)));
    ASSERT_TRUE(index);
    last = *index;
  }
  EXPECT_EQ(last, std::uint64_t{1000} << 16);
}

// Whatever is asked for, no index is given twice.
TEST(SentIndicesTest, NoIndexTwiceInARandomWalk) {
  std::mt19937 random(5);
  SentIndices sent;
  std::set<std::uint64_t> given;
  std::uint16_t around = 65'000;
  std::size_t taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    if (random() % 3 == 0) around = static_cast<std::uint16_t>(around + random() % 20);
    const auto index = sent.take(static_cast<std::uint16_t>(around - 40 + random() % 80));
    if (!index) continue;
    ++taken;
    ASSERT_TRUE(given.insert(*index).second) << *index;
  }
  EXPECT_GT(taken, 50'000u);
}

}  // namespace
}  // namespace confab::srtp
