#include "sfu/repeat_guard.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 10s;

TEST(RepeatGuard, does_not_repeat_a_packet_before_the_last_repeat_can_have_arrived) {
  RepeatGuard guard;
  EXPECT_TRUE(guard.admit(kT0, 10, 50ms, 64));
  EXPECT_FALSE(guard.admit(kT0 + 49ms, 10, 50ms, 64));
  EXPECT_TRUE(guard.admit(kT0 + 49ms, 11, 50ms, 64));
  EXPECT_TRUE(guard.admit(kT0 + 50ms, 10, 50ms, 64));
}

TEST(RepeatGuard, repeats_a_packet_no_more_often_than_a_browser_asks) {
  RepeatGuard guard;
  for (int i = 1; i <= 10; ++i) EXPECT_TRUE(guard.admit(kT0 + i * 20ms, 10, 20ms, 64)) << i;
  EXPECT_FALSE(guard.admit(kT0 + 500ms, 10, 20ms, 64));
  // Another packet in the same place begins anew.
  EXPECT_TRUE(guard.admit(kT0 + 2s, 10 + 64, 20ms, 64));
}

TEST(RepeatGuard, knows_when_it_repeated_a_packet_around_the_wrap_of_its_clock) {
  constexpr Instant kBeforeWrap = Instant{} + 65'530ms;
  RepeatGuard guard;
  EXPECT_TRUE(guard.admit(kBeforeWrap, 10, 50ms, 64));
  EXPECT_FALSE(guard.admit(kBeforeWrap + 40ms, 10, 50ms, 64));
  EXPECT_TRUE(guard.admit(kBeforeWrap + 51ms, 10, 50ms, 64));
}

TEST(RepeatGuard, takes_memory_with_the_first_repeat_and_remembers_when_it_takes_more) {
  RepeatGuard guard;
  EXPECT_EQ(guard.bytes(), 0u);
  EXPECT_TRUE(guard.admit(kT0, 0, 50ms, 16));
  EXPECT_FALSE(guard.admit(kT0, 0, 50ms, 32));
  for (std::int64_t seq = -32; seq < 32; ++seq) {
    EXPECT_EQ(guard.admit(kT0, seq, 50ms, 64), seq != 0);
  }
  EXPECT_EQ(guard.bytes(), 64u * 8);
  for (std::int64_t seq = 32; seq < 96; ++seq) EXPECT_TRUE(guard.admit(kT0, seq, 50ms, 128));
  EXPECT_EQ(guard.bytes(), 128u * 8);
  for (std::int64_t seq = -32; seq < 96; ++seq) {
    EXPECT_FALSE(guard.admit(kT0 + 49ms, seq, 50ms, 128)) << seq;
  }
}

}  // namespace
}  // namespace confab::sfu
