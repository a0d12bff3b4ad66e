#include "engine/spsc_ring.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <thread>

namespace confab::engine {
namespace {

struct Message {
  std::uint64_t number = 0;
  std::array<std::uint64_t, 5> copies;  // of the number; not initialised
};

bool write(SpscRing<Message>& ring, std::uint64_t number, std::size_t spare = 0) {
  Message* message = ring.begin(spare);
  if (message == nullptr) return false;
  message->number = number;
  message->copies.fill(number);
  ring.commit();
  return true;
}

TEST(SpscRing, ShowsMessagesOnceTheyArePublished) {
  SpscRing<Message> ring(4);
  EXPECT_FALSE(ring.publish());
  EXPECT_TRUE(write(ring, 1));
  EXPECT_TRUE(write(ring, 2));
  EXPECT_EQ(ring.front(), nullptr);
  EXPECT_TRUE(ring.empty());
  EXPECT_TRUE(ring.publish());
  EXPECT_FALSE(ring.publish());
  EXPECT_FALSE(ring.empty());
  for (const std::uint64_t expected : {1u, 2u}) {
    ASSERT_NE(ring.front(), nullptr);
    EXPECT_EQ(ring.front()->number, expected);
    ring.pop();
  }
  EXPECT_EQ(ring.front(), nullptr);
  EXPECT_TRUE(ring.empty());
}

TEST(SpscRing, FullUntilPlacesAreGivenBack) {
  SpscRing<Message> ring(4);
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_TRUE(write(ring, i));
  EXPECT_FALSE(write(ring, 4));
  ring.publish();
  ASSERT_NE(ring.front(), nullptr);
  ring.pop();
  EXPECT_FALSE(write(ring, 4));  // still being read
  ring.release();
  EXPECT_TRUE(write(ring, 4));
  EXPECT_FALSE(write(ring, 5));
}

TEST(SpscRing, SparePlacesAreLeftToWhoAsksForNone) {
  SpscRing<Message> ring(4);
  EXPECT_TRUE(write(ring, 1, 2));
  EXPECT_TRUE(write(ring, 2, 2));
  EXPECT_FALSE(write(ring, 3, 2));
  EXPECT_TRUE(write(ring, 3));
  EXPECT_TRUE(write(ring, 4));
  EXPECT_FALSE(write(ring, 5));
}

TEST(SpscRing, WhatWasBegunAndNotCommittedIsGivenUp) {
  SpscRing<Message> ring(4);
  ASSERT_NE(ring.begin(0), nullptr);
  EXPECT_FALSE(ring.publish());
  EXPECT_TRUE(write(ring, 7));
  ring.publish();
  ASSERT_NE(ring.front(), nullptr);
  EXPECT_EQ(ring.front()->number, 7u);
}

// Every message whole and in order, with rings that are often full and often empty.
TEST(SpscRing, TwoThreadsLoseAndMixNothing) {
  constexpr std::uint64_t kMessages = 200'000;
  SpscRing<Message> ring(64);
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < kMessages;) {
      const std::uint64_t burst = 1 + i % 50;
      std::uint64_t done = 0;
      while (done < burst && i < kMessages && write(ring, i)) ++i, ++done;
      ring.publish();
      if (done < burst) std::this_thread::yield();
    }
  });
  std::uint64_t wrong = 0;
  for (std::uint64_t expected = 0; expected < kMessages;) {
    while (const Message* message = ring.front()) {
      if (message->number != expected) ++wrong;
      for (const std::uint64_t copy : message->copies) wrong += copy != expected ? 1 : 0;
      ++expected;
      ring.pop();
      if (expected % 7 == 0) ring.release();
    }
    ring.release();
    std::this_thread::yield();
  }
  writer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_TRUE(ring.empty());
}

}  // namespace
}  // namespace confab::engine
