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
  Allotment& add() {
    tracks.push_back(std::make_unique<Allotment>());
    Allotment& track = *tracks.back();
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

TEST_F(AllocationTest, a_stream_that_begins_or_ends_takes_no_picture_from_who_has_the_one_below) {
  Allotment& track = add();
  track.set_steps(kCamera, 0b011, 3, kAllLayers);
  run(700'000, 5s);
  ASSERT_EQ(track.layers().spatial, 1);
  for (const std::uint32_t seen : {60'000U, 250'000U, 430'000U, 500'000U}) {
    LayerBps rates = kCamera;
    rates[2] = {0, 0, seen, 0};
    track.set_steps(rates, kAllAlive, 3, kAllLayers);
    run(700'000, 200ms);
    EXPECT_EQ(track.layers().spatial, 1) << seen;
  }
}

TEST_F(AllocationTest, a_stream_whose_frames_are_all_of_a_layer_that_nobody_wants_is_one_step) {
  Allotment& track = add();
  const std::vector<LayerBps> odd = {{{{0, 0, 0, 150'000}}}, {{{0, 0, 150'000, 0}}}, {}};
  for (const LayerBps& rates : odd) {
    for (std::uint8_t temporal = 0; temporal < 3; ++temporal) {
      track.set_steps(rates, 0b001, 2, {0, temporal});
      EXPECT_EQ(track.steps(), 1u);
      run(100'000, 200ms);
      EXPECT_EQ(track.layers().spatial, 0);
      last = Allocation::give_all(now, pointers);
      EXPECT_EQ(track.layers().spatial, 0);
      EXPECT_GE(track.layers().temporal, temporal);
    }
  }
}

TEST_F(AllocationTest, a_rate_that_wavers_about_a_step_changes_layers_no_more_than_twice_a_minute) {
  Allotment& track = add();
  run(1'700'000, 3s);
  int changes = 0;
  Layers before = track.layers();
  for (int i = 0; i < 180; ++i) {
    run(i / 2 % 2 == 0 ? 1'400'000 : 1'700'000, 1s);
    changes += track.layers() == before ? 0 : 1;
    before = track.layers();
  }
  EXPECT_LE(changes, 2 * 3);
}

TEST_F(AllocationTest, a_step_that_did_not_hold_is_asked_for_with_more_room) {
  Allotment& track = add();
  run(1'700'000, 3s);
  ASSERT_TRUE(track.is_highest());
  run(700'000, 1s);
  EXPECT_NEAR(last.next_step_bps, 1'500'000 * 1.25, 1);
}

TEST_F(AllocationTest, a_moment_without_room_takes_nothing_away) {
  Allotment& track = add();
  run(0, 1900ms);
  EXPECT_FALSE(track.is_starved());
  EXPECT_EQ(track.layers(), (Layers{0, 0}));
  run(70'000, 100ms);
  run(0, 1900ms);
  EXPECT_FALSE(track.is_starved());
}

TEST_F(AllocationTest,
       where_not_even_the_lowest_layers_fit_the_last_are_paused_and_still_tried_for) {
  for (int i = 0; i < 3; ++i) add();
  run(130'000, 3s);
  EXPECT_FALSE(tracks[0]->is_starved());
  EXPECT_FALSE(tracks[1]->is_starved());
  EXPECT_TRUE(tracks[2]->is_starved());
  EXPECT_EQ(last.now_bps, 120'000);
  EXPECT_GT(last.next_step_bps, 120'000);
  EXPECT_DOUBLE_EQ(last.ideal_bps, 3 * 1'500'000);
}

TEST_F(AllocationTest, what_matters_most_is_paused_last_comes_back_first_and_gets_the_step_up) {
  for (int i = 0; i < 3; ++i) add();
  tracks[2]->weight = 8;
  run(70'000, 3s);
  EXPECT_TRUE(tracks[0]->is_starved());
  EXPECT_TRUE(tracks[1]->is_starved());
  EXPECT_FALSE(tracks[2]->is_starved()) << "the screen, though it came last";
  tracks[1]->weight = 4;
  run(140'000, 4s);
  EXPECT_TRUE(tracks[0]->is_starved());
  EXPECT_FALSE(tracks[1]->is_starved());
  run(60'000 * 3 + 1'000'000, 60s);
  EXPECT_GT(tracks[2]->layers().spatial, 0);
  EXPECT_GE(tracks[2]->layers().spatial, tracks[1]->layers().spatial);
  EXPECT_GE(tracks[1]->layers().spatial, tracks[0]->layers().spatial);
}

TEST_F(AllocationTest, one_that_is_too_large_for_the_link_keeps_no_other_away) {
  for (int i = 0; i < 4; ++i) add();
  constexpr LayerBps kLarge = {{{500'000, 0, 0, 0}, {}, {}, {}}};
  tracks[0]->set_steps(kLarge, 1, 1, kAllLayers);
  tracks[0]->weight = 8;
  run(200'000, 3s);
  EXPECT_TRUE(tracks[0]->is_starved());
  for (int i = 1; i < 4; ++i) EXPECT_FALSE(tracks[i]->is_starved());
  run(70'000, 3s);
  run(250'000, 10s);
  EXPECT_TRUE(tracks[0]->is_starved());
  for (int i = 1; i < 4; ++i) EXPECT_FALSE(tracks[i]->is_starved()) << "they come back as well";
}

TEST_F(AllocationTest, all_that_fit_come_back_together) {
  for (int i = 0; i < 10; ++i) add();
  run(10'000, 3s);
  for (const auto& track : tracks) ASSERT_TRUE(track->is_starved());
  run(10 * 60'000 * 1.2, 3500ms);
  for (const auto& track : tracks) EXPECT_FALSE(track->is_starved());
}

TEST_F(AllocationTest, what_did_not_hold_comes_back_later_each_time) {
  Allotment& track = add();
  std::vector<Duration> away;
  for (int i = 0; i < 4; ++i) {
    while (!track.is_starved()) run(10'000, 100ms);
    const Instant from = now;
    while (track.is_starved()) run(100'000, 100ms);
    away.push_back(now - from);
    EXPECT_EQ(track.layers(), (Layers{0, 0})) << "with the least";
  }
  EXPECT_LT(away[0], 4s);
  EXPECT_GT(away[1], 5s);
  EXPECT_GT(away[2], 11s);
  EXPECT_GT(away[3], 23s);
}

TEST_F(AllocationTest, an_estimate_that_dips_now_and_then_keeps_nothing_away_for_good) {
  Allotment& track = add();
  for (int i = 0; i < 5; ++i) {
    while (!track.is_starved()) run(10'000, 100ms);
    while (track.is_starved()) run(100'000, 100ms);
  }
  while (!track.is_starved()) run(10'000, 100ms);
  const Instant from = now;
  while (track.is_starved() && now < from + 300s) {
    run(100'000, 20s);
    run(10'000, 300ms);
  }
  EXPECT_LT(now - from, 70s);
}

TEST_F(AllocationTest, what_never_began_is_not_paused) {
  Allotment& track = add();
  track.may_starve = false;
  run(0, 10s);
  EXPECT_FALSE(track.is_starved());
}

TEST_F(AllocationTest, what_is_paused_comes_back_where_there_was_room_to_spare_for_a_while) {
  Allotment& track = add();
  run(10'000, 3s);
  ASSERT_TRUE(track.is_starved());
  run(70'000, 20s);
  EXPECT_TRUE(track.is_starved()) << "it would be taken away again";
  run(73'000, 2900ms);
  EXPECT_TRUE(track.is_starved());
  run(73'000, 300ms);
  EXPECT_FALSE(track.is_starved());
}

TEST_F(AllocationTest, where_nothing_is_measured_everything_is_given) {
  Allotment& track = add();
  run(0, 3s);
  last = Allocation::give_all(now, pointers);
  EXPECT_FALSE(track.is_starved());
  EXPECT_EQ(track.layers().spatial, 2);
  EXPECT_EQ(last.next_step_bps, 0);
}

}  // namespace
}  // namespace confab::sfu
