#include "control/session/peer_clock.h"

#include <gtest/gtest.h>

namespace confab::control {
namespace {

TEST(PeerClockTest, TranslatesByTheMessageThatWaitedLeast) {
  PeerClock clock;
  clock.heard(Instant{100s + 40ms}, Instant{5s});
  clock.heard(Instant{101s + 1ms}, Instant{6s});
  clock.heard(Instant{102s + 900ms}, Instant{7s});
  EXPECT_EQ(clock.ours(Instant{10s}), Instant{105s + 1ms});
}

TEST(PeerClockTest, FollowsAClockThatDriftsAway) {
  PeerClock clock;
  clock.heard(Instant{100s}, Instant{5s});
  for (int i = 1; i <= 16; ++i) clock.heard(Instant{100s + i * 501ms}, Instant{5s + i * 500ms});
  EXPECT_EQ(clock.ours(Instant{13s}), Instant{108s + 1ms});
}

TEST(PeerClockTest, NeverStaysNever) {
  PeerClock clock;
  EXPECT_EQ(clock.ours(Instant{1s}), kNever);
  clock.heard(Instant{100s}, Instant{5s});
  EXPECT_EQ(clock.ours(kNever), kNever);
}

}  // namespace
}  // namespace confab::control
