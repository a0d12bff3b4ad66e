#include "sfu/allocation.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 100s;

// As browsers make 720p: each stream at 7.5, 15 and 30 frames.
constexpr LayerBps kCamera = {{{60'000, 100'000, 150'000, 0},
                               {200'000, 330'000, 500'000, 0},
                               {600'000, 1'000'000, 1'500'000, 0},
                               {}}};
constexpr LayerMask kAllAlive = 0b111;

struct AllocationTest : testing::Test {
  Allotment& add(double weight = 1) {
    tracks.push_back(std::make_unique<Allotment>());
    Allotment& track = *tracks.back();
    track.weight = weight;
    track.is_wanted = true;
    track.set_steps(kCamera, kAllAlive, 3, kAllLayers);
    pointers.push_back(&track);
    return track;
  }
  // Each tenth of a second for so long.
  void run(double budget_bps, Duration duration) {
    for (const Instant end = now + duration; now < end; now += 100ms) {
      last = allocation.allot(now, budget_bps, pointers);
    }
  }

  Allocation allocation;
  std::vector<std::unique_ptr<Allotment>> tracks;
  std::vector<Allotment*> pointers;
  Allocation::Result last;
  Instant now = kT0;
};

TEST_F(AllocationTest, who_comes_is_given_at_once_what_fits) {
  Allotment& track = add();
  run(700'000, 100ms);
  EXPECT_EQ(track.layers().spatial, 1);
  EXPECT_GE(track.layers().temporal, 2);
}

TEST_F(AllocationTest, everybody_gets_the_lowest_layer_before_anybody_gets_more) {
  for (int i = 0; i < 9; ++i) add();
  run(570'000, 100ms);
  for (const auto& track : tracks) EXPECT_EQ(track->layers(), (Layers{0, 0}));
}

TEST_F(AllocationTest, a_smaller_picture_that_moves_is_preferred_to_a_larger_one_that_jerks) {
  Allotment& track = add();
  run(450'000, 100ms);
  EXPECT_EQ(track.layers().spatial, 0);
  EXPECT_GE(track.layers().temporal, 2);
}

TEST_F(AllocationTest, what_counts_more_is_raised_first) {
  Allotment& tile = add();
  Allotment& speaker = add(4);
  run(800'000, 100ms);
  EXPECT_EQ(speaker.layers().spatial, 1);
  EXPECT_EQ(tile.layers().spatial, 0);
}

TEST_F(AllocationTest, goes_down_at_once_and_up_only_after_a_while) {
  Allotment& track = add();
  run(3'000'000, 3s);
  ASSERT_EQ(track.layers().spatial, 2);
  run(700'000, 100ms);
  EXPECT_EQ(track.layers().spatial, 1);
  run(3'000'000, 4s);
  EXPECT_EQ(track.layers().spatial, 1) << "it fell a moment ago";
  run(3'000'000, 3s);
  EXPECT_EQ(track.layers().spatial, 2);
}

TEST_F(AllocationTest, a_rate_that_wavers_about_a_step_changes_layers_no_more_than_twice_a_minute) {
  Allotment& track = add();
  run(1'700'000, 3s);
  const std::uint32_t before = track.switches();
  for (int i = 0; i < 45; ++i) {
    run(1'400'000, 2s);
    run(1'700'000, 2s);
  }
  EXPECT_LE(track.switches() - before, 2u * 3u);
}

TEST_F(AllocationTest, is_paused_only_after_two_seconds_without_room_and_comes_back) {
  Allotment& track = add();
  run(300'000, 2s);
  run(30'000, 1900ms);
  EXPECT_FALSE(track.is_paused());
  run(30'000, 400ms);
  EXPECT_TRUE(track.is_paused());
  EXPECT_GT(last.next_step_bps, 0) << "it must be probed for, or it never comes back";
  run(300'000, 2900ms);
  EXPECT_TRUE(track.is_paused());
  run(300'000, 400ms);
  EXPECT_FALSE(track.is_paused());
}

TEST_F(AllocationTest, no_more_is_asked_of_the_link_than_anybody_wants) {
  Allotment& track = add();
  track.set_steps(kCamera, kAllAlive, 3, {0, 3});
  run(3'000'000, 3s);
  EXPECT_EQ(track.layers().spatial, 0);
  EXPECT_EQ(last.next_step_bps, 0);
  EXPECT_DOUBLE_EQ(last.ideal_bps, 150'000);
}

TEST_F(AllocationTest, a_layer_that_stops_gives_way_to_the_one_below) {
  Allotment& track = add();
  run(3'000'000, 3s);
  track.set_steps(kCamera, 0b011, 3, kAllLayers);
  run(3'000'000, 100ms);
  EXPECT_EQ(track.layers().spatial, 1);
}

TEST_F(AllocationTest, where_nothing_is_measured_everything_is_given) {
  Allotment& track = add();
  Allocation::give_least(300'000, pointers);
  EXPECT_EQ(track.layers(), (Layers{0, 0}));
  Allocation::give_all(pointers);
  EXPECT_EQ(track.layers().spatial, 2);
}

}  // namespace
}  // namespace confab::sfu
