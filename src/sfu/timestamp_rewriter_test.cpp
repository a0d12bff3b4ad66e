#include "sfu/timestamp_rewriter.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 1s;

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

}  // namespace
}  // namespace confab::sfu
