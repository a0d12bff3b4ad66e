#include "sfu/repeat_guard.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

using Verdict = RepeatGuard::Verdict;

constexpr Instant kT0 = Instant{} + 10s;

// Asks, and repeats it if it may be.
bool admit(RepeatGuard& guard, Instant now, std::int64_t seq, Duration repeat_after,
           std::size_t places) {
  if (guard.ask(now, seq, repeat_after, places) != Verdict::kMay) return false;
  guard.note(now, seq);
  return true;
}

TEST(RepeatGuard, does_not_repeat_a_packet_before_the_last_repeat_can_have_arrived) {
  RepeatGuard guard;
  EXPECT_TRUE(admit(guard, kT0, 10, 50ms, 64));
  EXPECT_FALSE(admit(guard, kT0 + 49ms, 10, 50ms, 64));
  EXPECT_TRUE(admit(guard, kT0 + 49ms, 11, 50ms, 64));
  EXPECT_TRUE(admit(guard, kT0 + 50ms, 10, 50ms, 64));
}

TEST(RepeatGuard, repeats_a_packet_no_more_often_than_a_browser_asks) {
  RepeatGuard guard;
  for (int i = 1; i <= 10; ++i) EXPECT_TRUE(admit(guard, kT0 + i * 20ms, 10, 20ms, 64)) << i;
  EXPECT_FALSE(admit(guard, kT0 + 500ms, 10, 20ms, 64));
  // Another packet in the same place begins anew.
  EXPECT_TRUE(admit(guard, kT0 + 2s, 10 + 64, 20ms, 64));
}

TEST(RepeatGuard, says_why_not) {
  RepeatGuard guard;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(admit(guard, kT0 + i * 50ms, 10, 50ms, 64));
  EXPECT_EQ(guard.ask(kT0 + 460ms, 10, 50ms, 64), Verdict::kTooOften);
  EXPECT_TRUE(admit(guard, kT0, 11, 50ms, 64));
  EXPECT_EQ(guard.ask(kT0 + 10ms, 11, 50ms, 64), Verdict::kTooSoon);
  // Asking alone is no repeat.
  EXPECT_EQ(guard.ask(kT0, 12, 50ms, 64), Verdict::kMay);
  EXPECT_EQ(guard.ask(kT0, 12, 50ms, 64), Verdict::kMay);
}

TEST(RepeatGuard, knows_when_it_repeated_a_packet_around_the_wrap_of_its_clock) {
  constexpr Instant kBeforeWrap = Instant{} + 65'530ms;
  RepeatGuard guard;
  EXPECT_TRUE(admit(guard, kBeforeWrap, 10, 50ms, 64));
  EXPECT_FALSE(admit(guard, kBeforeWrap + 40ms, 10, 50ms, 64));
  EXPECT_TRUE(admit(guard, kBeforeWrap + 51ms, 10, 50ms, 64));
}

TEST(RepeatGuard, takes_memory_with_the_first_repeat_and_remembers_when_it_takes_more) {
  RepeatGuard guard;
  EXPECT_EQ(guard.bytes(), 0u);
  EXPECT_TRUE(admit(guard, kT0, 0, 50ms, 16));
  EXPECT_FALSE(admit(guard, kT0, 0, 50ms, 32));
  for (std::int64_t seq = -32; seq < 32; ++seq) {
    EXPECT_EQ(admit(guard, kT0, seq, 50ms, 64), seq != 0);
  }
  EXPECT_EQ(guard.bytes(), 64u * 8);
  for (std::int64_t seq = 32; seq < 96; ++seq) EXPECT_TRUE(admit(guard, kT0, seq, 50ms, 128));
  EXPECT_EQ(guard.bytes(), 128u * 8);
  for (std::int64_t seq = -32; seq < 96; ++seq) {
    EXPECT_FALSE(admit(guard, kT0 + 49ms, seq, 50ms, 128)) << seq;
  }
}

}  // namespace
}  // namespace confab::sfu
