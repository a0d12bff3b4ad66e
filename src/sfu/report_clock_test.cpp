#include "sfu/report_clock.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr NtpTime at_second(std::uint64_t s) {
  return {s << 32};
}

TEST(ReportClock, translates_both_ways_from_the_last_report) {
  ReportClock clock(90'000);
  EXPECT_FALSE(clock.is_known());
  clock.on_sender_report(at_second(1000), {4'294'967'000});  // close to the wrap
  EXPECT_EQ(clock.to_rtp(at_second(1001)).value,
            static_cast<std::uint32_t>(4'294'967'000 + 90'000));
  EXPECT_EQ(clock.to_rtp(at_second(999)).value, 4'294'967'000u - 90'000);
  EXPECT_EQ(clock.to_ntp({4'294'967'000u - 45'000}).value, at_second(1000).value - (1ull << 31));
  EXPECT_EQ(clock.to_ntp({static_cast<std::uint32_t>(4'294'967'000 + 180'000)}), at_second(1002));
}

TEST(ParticipantClock, keeps_its_offset_through_jitter_and_follows_a_step) {
  ParticipantClock clock;
  clock.on_sender_report(at_second(100), at_second(5000));
  // Half a second late: the network's doing.
  clock.on_sender_report(at_second(101), {at_second(5001).value + (1ull << 31)});
  EXPECT_EQ(clock.to_theirs(at_second(5002)), at_second(102));
  // The participant set its clock by an hour.
  clock.on_sender_report(at_second(3702), at_second(5002));
  EXPECT_EQ(clock.to_theirs(at_second(5003)), at_second(3703));
}

TEST(ParticipantClock, may_be_ahead_of_ours) {
  ParticipantClock clock;
  clock.on_sender_report(at_second(9000), at_second(10));
  EXPECT_EQ(clock.to_theirs(at_second(11)), at_second(9001));
}

TEST(ParticipantClock, takes_any_time_for_a_time) {
  ParticipantClock clock;
  clock.on_sender_report(at_second(0x7FFF'FFFF), at_second(10));
  clock.on_sender_report(at_second(0x8000'0014), at_second(11));
  EXPECT_EQ(clock.to_theirs(at_second(12)), at_second(0x8000'0015));
}

}  // namespace
}  // namespace confab::sfu
