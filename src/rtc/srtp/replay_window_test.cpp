#include "rtc/srtp/replay_window.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace confab::srtp {
namespace {

using Verdict = ReplayWindow::Verdict;

TEST(ReplayWindow, SeenOnce) {
  ReplayWindow window;
  EXPECT_EQ(window.check(7), Verdict::kNew);
  window.record(7);
  EXPECT_EQ(window.check(7), Verdict::kSeen);
  EXPECT_EQ(window.check(6), Verdict::kNew);
  EXPECT_EQ(window.check(8), Verdict::kNew);
}

TEST(ReplayWindow, ItsEdgeIsExact) {
  ReplayWindow window;
  window.record(10'000);
  EXPECT_EQ(window.check(10'000 - ReplayWindow::kPackets + 1), Verdict::kNew);
  EXPECT_EQ(window.check(10'000 - ReplayWindow::kPackets), Verdict::kTooOld);
}

TEST(ReplayWindow, ALongJumpForgetsEverything) {
  ReplayWindow window;
  for (std::uint64_t i = 0; i < 600; ++i) window.record(i);
  window.record(600 + 1'000'000);
  for (std::uint64_t back = 1; back < ReplayWindow::kPackets; ++back) {
    EXPECT_EQ(window.check(600 + 1'000'000 - back), Verdict::kNew);
  }
}

TEST(ReplayWindow, AgreesWithASet) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SeededRandom random(seed);
    ReplayWindow window;
    std::set<std::uint64_t> seen;
    std::uint64_t around = 60'000;
    for (int i = 0; i < 20'000; ++i) {
      around += random.between(0, random.between(0, 50) == 0 ? 700 : 2);
      const std::uint64_t index = around - random.between(0, 600);
      const std::uint64_t highest = seen.empty() ? 0 : *seen.rbegin();
      const auto verdict = window.check(index);
      if (!seen.empty() && index + ReplayWindow::kPackets <= highest) {
        ASSERT_EQ(verdict, Verdict::kTooOld) << "seed " << seed;
      } else {
        ASSERT_EQ(verdict, seen.contains(index) ? Verdict::kSeen : Verdict::kNew)
            << "seed " << seed;
      }
      if (verdict == Verdict::kNew) {
        window.record(index);
        seen.insert(index);
      }
    }
  }
}

}  // namespace
}  // namespace confab::srtp
