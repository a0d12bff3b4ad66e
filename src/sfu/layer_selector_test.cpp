#include "sfu/layer_selector.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

using State = LayerSelector::State;
using Verdict = LayerSelector::Verdict;

constexpr Instant kT0 = Instant{} + 10s;
constexpr LayerMask kAllAlive = 0b111;

MediaFacts key_frame(std::uint8_t encoding, std::uint32_t time) {
  MediaFacts facts;
  facts.source.encoding = encoding;
  facts.timestamp = {time};
  facts.is_newest = true;
  facts.info.is_key_frame_start = facts.info.is_switching_point = true;
  return facts;
}

MediaFacts frame(std::uint8_t encoding, std::uint32_t time, std::uint8_t temporal = 0,
                 bool is_sync = false) {
  MediaFacts facts = key_frame(encoding, time);
  facts.info.is_key_frame_start = false;
  facts.info.is_switching_point = is_sync;
  facts.info.temporal_layer = temporal;
  return facts;
}

struct LayerSelectorTest : testing::Test {
  Verdict judge(const MediaFacts& facts) {
    const Verdict verdict = selector.judge(kT0, facts);
    if (verdict == Verdict::kStart) selector.start(facts);
    EXPECT_TRUE(selector.is_consistent());
    return verdict;
  }

  LayerSelector selector{3, true, true, false, false};
  SeededRandom random{1};
};

TEST_F(LayerSelectorTest, begins_with_a_key_frame_of_the_layer_that_is_wanted) {
  EXPECT_EQ(selector.state(), State::kWaiting);
  EXPECT_EQ(judge(key_frame(1, 0)), Verdict::kNotWanted);
  EXPECT_EQ(judge(frame(2, 0)), Verdict::kWaits);
  EXPECT_EQ(judge(key_frame(2, 3000)), Verdict::kStart);
  EXPECT_EQ(judge(frame(2, 6000)), Verdict::kForward);
  EXPECT_EQ(selector.state(), State::kForwarding);
}

TEST_F(LayerSelectorTest, forwards_the_old_layer_until_the_new_one_can_begin) {
  judge(key_frame(2, 0));
  selector.allot(Layers{0, 3});
  EXPECT_TRUE(selector.choose(kAllAlive));
  EXPECT_EQ(selector.state(), State::kSwitching);
  EXPECT_EQ(judge(frame(2, 3000)), Verdict::kForward);
  EXPECT_EQ(judge(frame(0, 3000)), Verdict::kWaits);
  EXPECT_EQ(judge(key_frame(0, 6000)), Verdict::kStart);
  EXPECT_EQ(judge(frame(2, 6000)), Verdict::kNotWanted);
  EXPECT_EQ(selector.state(), State::kForwarding);
}

TEST_F(LayerSelectorTest, leaves_frames_out_from_any_frame_on_and_takes_them_again_where_one_says) {
  judge(key_frame(2, 0));
  selector.allot(Layers{2, 0});
  EXPECT_EQ(judge(frame(2, 3000, 2, true)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame(2, 6000, 1, true)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame(2, 9000, 0)), Verdict::kForward);
  selector.allot(Layers{2, 2});
  // The highest may refer to the second, which was not sent.
  EXPECT_EQ(judge(frame(2, 12000, 2, true)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame(2, 15000, 1, true)), Verdict::kForward);
  EXPECT_EQ(judge(frame(2, 18000, 2, false)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame(2, 21000, 0)), Verdict::kForward);
  EXPECT_EQ(judge(frame(2, 24000, 2, true)), Verdict::kForward);
  EXPECT_EQ(selector.temporal(), 2);
}

TEST_F(LayerSelectorTest, a_frame_goes_whole_or_not_at_all) {
  judge(key_frame(2, 0));
  EXPECT_EQ(judge(frame(2, 3000, 2, true)), Verdict::kForward);
  selector.allot(Layers{2, 0});
  EXPECT_EQ(judge(frame(2, 3000, 2, true)), Verdict::kForward);
  EXPECT_EQ(judge(frame(2, 6000, 2)), Verdict::kLeaveOut);
}

TEST_F(LayerSelectorTest, goes_on_with_the_fewest_frames_while_it_waits_to_step_down) {
  judge(key_frame(2, 0));
  selector.allot(Layers{0, 3});
  selector.choose(kAllAlive);
  EXPECT_EQ(judge(frame(2, 3000, 2, true)), Verdict::kLeaveOut);
  EXPECT_EQ(judge(frame(2, 6000, 0)), Verdict::kForward);
}

TEST_F(LayerSelectorTest, sends_fewer_frames_while_its_queue_fills_up) {
  judge(key_frame(2, 0));
  selector.set_filling(true);
  EXPECT_EQ(judge(frame(2, 3000, 1, true)), Verdict::kLeaveOut);
  selector.set_filling(false);
  EXPECT_EQ(judge(frame(2, 6000, 1, true)), Verdict::kForward);
}

TEST_F(LayerSelectorTest, is_paused_by_whoever_pauses_it_and_needs_a_key_frame_after_it) {
  const auto expect_pause = [&](auto&& pause, auto&& resume) {
    judge(key_frame(2, 0));
    ASSERT_EQ(selector.state(), State::kForwarding);
    pause();
    EXPECT_EQ(selector.state(), State::kPaused);
    resume();
    EXPECT_EQ(selector.state(), State::kWaiting);
  };
  expect_pause([&] { selector.set_paused(true); }, [&] { selector.set_paused(false); });
  expect_pause([&] { selector.set_source_paused(true); },
               [&] { selector.set_source_paused(false); });
  expect_pause([&] { selector.allot(std::nullopt); }, [&] { selector.allot(kAllLayers); });
}

TEST_F(LayerSelectorTest, stays_away_after_its_queue_ran_over_unless_less_is_sent_from_then_on) {
  judge(key_frame(2, 0));
  selector.step_back(kT0, random);
  EXPECT_EQ(judge(key_frame(2, 3000)), Verdict::kHeld);
  selector.allot(Layers{0, 3});
  selector.choose(kAllAlive);
  EXPECT_EQ(judge(key_frame(0, 6000)), Verdict::kStart);
}

TEST_F(LayerSelectorTest, wants_no_more_than_the_client_and_no_layer_that_stands_still) {
  selector.set_preferred({1, 3});
  EXPECT_TRUE(selector.choose(kAllAlive));
  EXPECT_EQ(selector.target(), 1);
  EXPECT_TRUE(selector.choose(0b101));
  EXPECT_EQ(selector.target(), 0);
  EXPECT_EQ(selector.wanted(), 0b001);
}

}  // namespace
}  // namespace confab::sfu
