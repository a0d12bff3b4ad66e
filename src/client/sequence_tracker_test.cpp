#include "client/sequence_tracker.h"

#include <gtest/gtest.h>

namespace confab::client {
namespace {

using Kind = SequenceTracker::Step::Kind;

TEST(SequenceTracker, CountsWhatWasLeftOutAcrossTheWrap) {
  SequenceTracker tracker;
  EXPECT_EQ(tracker.on_packet({65534}).left_out, 0u);
  const auto step = tracker.on_packet({2});

  EXPECT_EQ(step.kind, Kind::kNext);
  EXPECT_EQ(step.left_out, 3u);  // 65535, 0, 1
}

TEST(SequenceTracker, TellsLateFromTwice) {
  SequenceTracker tracker;
  tracker.on_packet({10});
  tracker.on_packet({13});

  EXPECT_EQ(tracker.on_packet({11}).kind, Kind::kLate);
  EXPECT_EQ(tracker.on_packet({11}).kind, Kind::kDuplicate);
  EXPECT_EQ(tracker.on_packet({13}).kind, Kind::kDuplicate);
  EXPECT_EQ(tracker.on_packet({12}).kind, Kind::kLate);
}

TEST(SequenceTracker, NothingIsLateBeforeTheFirst) {
  SequenceTracker tracker;
  tracker.on_packet({100});

  EXPECT_EQ(tracker.on_packet({99}).kind, Kind::kDuplicate);
}

TEST(SequenceTracker, ForgetsPlacesThatAreUsedAgain) {
  SequenceTracker tracker;
  for (std::uint16_t seq = 0; seq < 1024; ++seq) tracker.on_packet({seq});
  // 1024 takes the place of 0; 1025 is left out and takes that of 1, which was seen.
  tracker.on_packet({1024});
  EXPECT_EQ(tracker.on_packet({1026}).left_out, 1u);

  EXPECT_EQ(tracker.on_packet({1025}).kind, Kind::kLate);
}

}  // namespace
}  // namespace confab::client
