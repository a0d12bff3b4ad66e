#include <gtest/gtest.h>

#include "sfu/picture_id_rewriter.h"
#include "sfu/sequence_rewriter.h"
#include "sfu/timestamp_rewriter.h"

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 1s;

TEST(SequenceRewriter, goes_on_without_a_gap_where_the_source_starts_again) {
  SequenceRewriter rewriter({100});
  rewriter.start_at(7000);
  EXPECT_EQ(rewriter.map(7000)->value, 100);
  EXPECT_EQ(rewriter.map(7001)->value, 101);
  rewriter.start_at(9000);
  EXPECT_EQ(rewriter.map(9000)->value, 102);
  EXPECT_EQ(rewriter.map(9002)->value, 104);  // a gap of the source stays one: it may be filled
  EXPECT_EQ(rewriter.map(9001)->value, 103);
}

TEST(SequenceRewriter, hides_what_came_before_the_start) {
  SequenceRewriter rewriter({1});
  rewriter.start_at(500);
  ASSERT_TRUE(rewriter.map(500));
  EXPECT_FALSE(rewriter.map(499));
}

TEST(SequenceRewriter, wraps_like_the_wire) {
  SequenceRewriter rewriter({65535});
  rewriter.start_at(-3);
  EXPECT_EQ(rewriter.map(-3)->value, 65535);
  EXPECT_EQ(rewriter.map(-2)->value, 0);
}

TEST(SequenceRewriter, knows_how_late_a_packet_is) {
  SequenceRewriter rewriter({10});
  rewriter.start_at(0);
  rewriter.map(0);
  rewriter.map(5);
  EXPECT_EQ(rewriter.lateness(3), 2);
  EXPECT_LE(rewriter.lateness(6), 0);
}

TEST(TimestampRewriter, starts_where_it_was_told_and_keeps_the_source_s_pace) {
  TimestampRewriter rewriter({1000}, 90'000);
  rewriter.switch_to(kT0, {500'000}, std::nullopt);
  EXPECT_EQ(rewriter.map(kT0, {500'000}).value, 1000u);
  EXPECT_EQ(rewriter.map(kT0 + 33ms, {503'000}).value, 4000u);
}

TEST(TimestampRewriter, follows_the_clock_when_nothing_relates_two_sources) {
  TimestampRewriter rewriter({0}, 90'000);
  rewriter.switch_to(kT0, {500}, std::nullopt);
  rewriter.map(kT0, {500});
  rewriter.switch_to(kT0 + 100ms, {4'000'000'000}, std::nullopt);
  EXPECT_EQ(rewriter.map(kT0 + 100ms, {4'000'000'000}).value, 9000u);
}

TEST(TimestampRewriter, is_exact_when_sender_reports_relate_them) {
  TimestampRewriter rewriter({0}, 90'000);
  rewriter.switch_to(kT0, {500}, std::nullopt);
  rewriter.map(kT0, {500});
  // The network held the packet up for 70 ms; its own clock says that 30 ms have passed.
  rewriter.switch_to(kT0 + 100ms, {77'000}, rtp::RtpTime{500 + 2700});
  EXPECT_EQ(rewriter.map(kT0 + 100ms, {77'000}).value, 2700u);
}

TEST(TimestampRewriter, never_repeats_or_steps_back) {
  TimestampRewriter rewriter({0}, 90'000);
  rewriter.switch_to(kT0, {500}, std::nullopt);
  rewriter.map(kT0, {500 + 3000});
  rewriter.switch_to(kT0, {9}, rtp::RtpTime{500 + 2000});
  EXPECT_EQ(rewriter.map(kT0, {9}).value, 3090u);
}

TEST(TimestampRewriter, a_source_that_steps_back_goes_on_from_the_last_frame_sent) {
  // Given a source that went back by five seconds.
  TimestampRewriter rewriter({0}, 90'000);
  rewriter.switch_to(kT0, {900'000}, std::nullopt);
  rewriter.map(kT0, {900'000});
  const rtp::RtpTime back{900'000 - 5 * 90'000};
  ASSERT_TRUE(rewriter.is_jump(kT0 + 33ms, back));
  rewriter.switch_to(kT0 + 33ms, back, std::nullopt);
  EXPECT_EQ(rewriter.map(kT0 + 33ms, back).value, 2970u);
  EXPECT_FALSE(rewriter.is_jump(kT0 + 66ms, back + 3000));
  // When another takes over, then the time that has passed is what passed since that frame.
  rewriter.switch_to(kT0 + 66ms, {77}, std::nullopt);
  EXPECT_EQ(rewriter.map(kT0 + 66ms, {77}).value, 2970u * 2);
}

TEST(TimestampJump, is_what_neither_the_time_gone_by_nor_the_order_of_frames_explains) {
  constexpr std::uint32_t kRate = 90'000;
  const rtp::RtpTime t{5};
  EXPECT_FALSE(is_timestamp_jump(t, t + 3000, 33ms, kRate));
  EXPECT_FALSE(is_timestamp_jump(t, t + (-3000), 33ms, kRate)) << "frames out of order";
  EXPECT_FALSE(is_timestamp_jump(t, t + kRate * 600, 600s, kRate)) << "a track that was muted";
  EXPECT_FALSE(is_timestamp_jump(t, t + 3000, 600s, kRate)) << "its clock stood still meanwhile";
  EXPECT_FALSE(is_timestamp_jump(t, t + kRate * 2, 0s, kRate)) << "a queue that emptied at once";
  EXPECT_TRUE(is_timestamp_jump(t, t + (-5 * std::int64_t{kRate}), 33ms, kRate));
  EXPECT_TRUE(is_timestamp_jump(t, t + kRate * 5, 33ms, kRate));
  EXPECT_TRUE(is_timestamp_jump(t, t + 0x8000'0000, 33ms, kRate));
}

TEST(PictureIdRewriter, first_stream_keeps_its_ids) {
  PictureIdRewriter rewriter;
  rewriter.start_at({300, 5});
  EXPECT_EQ(rewriter.map({300, 5}, 15), (PictureIds{300, 5}));
  EXPECT_EQ(rewriter.map({301, 6}, 15), (PictureIds{301, 6}));
}

TEST(PictureIdRewriter, next_stream_goes_on_by_one_and_wraps) {
  PictureIdRewriter rewriter;
  rewriter.start_at({0x7FFE, 254});
  rewriter.map({0x7FFE, 254}, 15);
  rewriter.start_at({12, 40});
  EXPECT_EQ(rewriter.map({12, 40}, 15), (PictureIds{0x7FFF, 255}));
  EXPECT_EQ(rewriter.map({13, 41}, 15), (PictureIds{0, 0}));
  // A late packet of the picture before keeps that picture's id.
  EXPECT_EQ(rewriter.map({12, 40}, 15), (PictureIds{0x7FFF, 255}));
  EXPECT_EQ(rewriter.map({14, 42}, 15), (PictureIds{1, 1}));
}

TEST(PictureIdRewriter, fits_the_room_of_the_packet) {
  PictureIdRewriter rewriter;
  rewriter.start_at({127, std::nullopt});
  rewriter.map({127, std::nullopt}, 7);
  EXPECT_EQ(rewriter.map({0, std::nullopt}, 7).picture_id, 0);
  EXPECT_FALSE(rewriter.map({0, std::nullopt}, 7).tl0_pic_idx);
}

}  // namespace
}  // namespace confab::sfu
