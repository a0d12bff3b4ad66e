#include "sfu/layer_selector.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

using State = LayerSelector::State;
using Verdict = LayerSelector::Verdict;

constexpr Instant kT0 = Instant{} + 10s;
constexpr LayerMask kAllAlive = 0b111;

MediaFacts key_frame(std::uint8_t encoding) {
  MediaFacts facts;
  facts.source.encoding = encoding;
  facts.is_newest = true;
  facts.info.is_key_frame_start = true;
  return facts;
}

MediaFacts frame(std::uint8_t encoding) {
  MediaFacts facts = key_frame(encoding);
  facts.info.is_key_frame_start = false;
  return facts;
}

// Of the highest stream.
MediaFacts frame_at(std::uint32_t time, std::uint8_t temporal, bool is_sync = false) {
  MediaFacts facts = frame(2);
  facts.timestamp = {time};
  facts.info.temporal_layer = temporal;
  facts.info.is_switching_point = is_sync;
  return facts;
}

struct LayerSelectorTest : testing::Test {
  Verdict judge(const MediaFacts& facts, Instant now = kT0) {
    const Verdict verdict = selector.judge(now, facts);
    if (verdict == Verdict::kStart) selector.start(facts);
    EXPECT_TRUE(selector.is_consistent());
    return verdict;
  }

  LayerSelector selector{3, LayerSelector::Media::kVideoWithTemporal, false, false};
  SeededRandom random{1};
};

TEST_F(LayerSelectorTest, begins_with_a_key_frame_of_the_layer_that_is_wanted) {
  EXPECT_EQ(selector.state(), State::kWaiting);
  EXPECT_EQ(judge(key_frame(1)), Verdict::kNotWanted);
  EXPECT_EQ(judge(frame(2)), Verdict::kWaits);
  EXPECT_EQ(judge(key_frame(2)), Verdict::kStart);
  EXPECT_EQ(judge(frame(2)), Verdict::kForward);
  EXPECT_EQ(selector.state(), State::kForwarding);
}

TEST_F(LayerSelectorTest, a_key_frame_whose_beginning_comes_late_is_of_no_use) {
  MediaFacts late = key_frame(2);
  late.is_newest = false;
  EXPECT_EQ(judge(late), Verdict::kWaits);
}

TEST_F(LayerSelectorTest, sound_begins_with_any_packet) {
  LayerSelector sound(1, LayerSelector::Media::kAudio, false, false);
  EXPECT_EQ(sound.judge(kT0, frame(0)), Verdict::kStart);
}

TEST_F(LayerSelectorTest, forwards_the_old_layer_until_the_new_one_can_begin) {
  judge(key_frame(2));
  selector.set_preferred({0, 3});
  EXPECT_TRUE(selector.choose(kAllAlive));
  EXPECT_EQ(selector.state(), State::kSwitching);
  EXPECT_EQ(selector.wanted(), 0b101);
  EXPECT_EQ(judge(frame(2)), Verdict::kForward);
  EXPECT_EQ(judge(frame(0)), Verdict::kWaits);
  EXPECT_EQ(judge(key_frame(0)), Verdict::kStart);
  EXPECT_EQ(judge(frame(2)), Verdict::kNotWanted);
  EXPECT_EQ(selector.state(), State::kForwarding);
  EXPECT_EQ(selector.wanted(), 0b001);
}

TEST_F(LayerSelectorTest,
       of_what_the_link_does_not_carry_only_the_lowest_frames_go_until_a_lower_begins) {
  judge(key_frame(2));
  EXPECT_EQ(judge(frame_at(3, 2, true)), Verdict::kForward);
  selector.allot({1, 3});
  EXPECT_TRUE(selector.choose(kAllAlive));
  EXPECT_EQ(judge(frame_at(6, 2)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame_at(9, 1)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame_at(12, 0)), Verdict::kForward);
  EXPECT_EQ(judge(key_frame(1)), Verdict::kStart);
  EXPECT_EQ(selector.temporal(), 3);
}

TEST_F(LayerSelectorTest, leaves_frames_out_from_any_frame_on_and_takes_them_again_where_one_says) {
  judge(key_frame(2));
  EXPECT_EQ(judge(frame_at(3000, 2, true)), Verdict::kForward);
  selector.set_preferred({2, 0});
  EXPECT_EQ(judge(frame_at(6000, 1, true)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame_at(9000, 0)), Verdict::kForward);
  selector.set_preferred({2, 2});
  // The highest may refer to the second, which was not sent.
  EXPECT_EQ(judge(frame_at(12000, 2, true)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame_at(15000, 1, true)), Verdict::kForward);
  EXPECT_EQ(judge(frame_at(18000, 2, false)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame_at(21000, 0)), Verdict::kForward);
  EXPECT_EQ(judge(frame_at(24000, 2, true)), Verdict::kForward);
  EXPECT_EQ(selector.temporal(), 2);
}

TEST_F(LayerSelectorTest, a_frame_goes_whole_or_not_at_all_whenever_its_packets_come) {
  judge(key_frame(2));
  EXPECT_EQ(judge(frame_at(3000, 2, true)), Verdict::kForward);
  selector.set_preferred({2, 0});
  EXPECT_EQ(judge(frame_at(3000, 2, true)), Verdict::kForward);
  EXPECT_EQ(judge(frame_at(6000, 2)), Verdict::kLeaveOut);
  selector.set_preferred({2, 2});
  EXPECT_EQ(judge(frame_at(9000, 1, true)), Verdict::kForward);
  EXPECT_EQ(judge(frame_at(12000, 2, true)), Verdict::kForward);
  MediaFacts late = frame_at(3000, 2, true);
  late.is_newest = false;
  EXPECT_EQ(judge(late), Verdict::kForward);
  late.timestamp = {6000};
  EXPECT_EQ(judge(late), Verdict::kLeaveOut);
}

TEST_F(LayerSelectorTest, frames_that_do_not_say_enough_are_all_forwarded) {
  LayerSelector h264(1, LayerSelector::Media::kVideo, false, false);
  h264.set_preferred({0, 0});
  const MediaFacts key = key_frame(0);
  ASSERT_EQ(h264.judge(kT0, key), Verdict::kStart);
  h264.start(key);
  MediaFacts facts = frame(0);
  facts.timestamp = {3000};
  facts.info.temporal_layer = 2;
  EXPECT_EQ(h264.judge(kT0, facts), Verdict::kForward);
}

TEST_F(LayerSelectorTest, waits_for_a_key_frame_when_the_stream_began_anew) {
  judge(key_frame(2));
  MediaFacts anew = frame(2);
  anew.source.epoch = 1;
  EXPECT_EQ(judge(anew), Verdict::kWaits);
  EXPECT_EQ(selector.state(), State::kWaiting);
}

TEST_F(LayerSelectorTest, is_paused_by_whoever_pauses_it_and_needs_a_key_frame_after_it) {
  judge(key_frame(2));
  selector.set_paused(true);
  selector.set_source_paused(true);
  EXPECT_EQ(selector.state(), State::kPaused);
  EXPECT_EQ(selector.wanted(), 0);
  selector.set_paused(false);
  EXPECT_EQ(selector.state(), State::kPaused);
  selector.set_source_paused(false);
  EXPECT_EQ(selector.state(), State::kWaiting);
  EXPECT_EQ(judge(frame(2)), Verdict::kWaits);
}

TEST_F(LayerSelectorTest, wants_nothing_while_there_is_no_room_for_it_and_a_key_frame_after_it) {
  judge(key_frame(2));
  selector.set_starved(true);
  EXPECT_EQ(selector.state(), State::kPaused);
  EXPECT_EQ(selector.wanted(), 0);
  EXPECT_TRUE(selector.is_wanted()) << "by both sides";
  EXPECT_EQ(judge(key_frame(2)), Verdict::kStarved);
  selector.set_starved(false);
  EXPECT_EQ(judge(frame(2)), Verdict::kWaits);
  EXPECT_EQ(judge(key_frame(2)), Verdict::kStart);
}

TEST_F(LayerSelectorTest, stays_away_for_a_while_after_its_queue_ran_over) {
  judge(key_frame(2));
  selector.step_back(kT0, random);
  EXPECT_FALSE(selector.is_break_over(kT0));
  EXPECT_EQ(judge(key_frame(2)), Verdict::kHeld);
  EXPECT_EQ(judge(key_frame(2), kT0 + 2s), Verdict::kStart);
}

TEST_F(LayerSelectorTest, wants_no_more_than_the_client_and_no_layer_that_stands_still) {
  selector.set_preferred({1, 3});
  EXPECT_TRUE(selector.choose(kAllAlive));
  EXPECT_EQ(selector.target(), 1);
  EXPECT_TRUE(selector.choose(0b101));
  EXPECT_EQ(selector.target(), 0);
  EXPECT_FALSE(selector.choose(0));
  EXPECT_EQ(selector.target(), 0);
}

}  // namespace
}  // namespace confab::sfu
