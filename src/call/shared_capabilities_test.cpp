// What participants can receive is held once for all with the same browser.
#include <gtest/gtest.h>

#include "call/core.h"

namespace confab::call {
namespace {

ortc::RtpCapabilities a_browser(std::uint32_t clock_rate) {
  ortc::RtpCapabilities out;
  out.codecs.push_back({.mime_type = "audio/opus", .clock_rate = clock_rate});
  return out;
}

struct TwoRooms : testing::Test {
  Meeting& add_meeting(const std::string& code) {
    auto& meeting = core.meetings[code];
    meeting = std::make_unique<Meeting>(meeting_announcement_rate(10), core.now);
    meeting->code = code;
    meeting->id = MeetingId::random(random);
    return *meeting;
  }
  const Participant& let_in(Meeting& to, std::optional<ortc::RtpCapabilities> capabilities) {
    const ConnectionId connection{++last_connection};
    core.connections.emplace(connection, core.now);
    Join join;
    join.room = to.code;
    join.rtp_capabilities = std::move(capabilities);
    admit(core, to, {connection, 1}, join);
    return *to.find(core.connections.at(connection).participant);
  }

  SeededRandom random{1};
  Core core{{}, random, null_log()};
  std::uint64_t last_connection = 0;
};

TEST_F(TwoRooms, participants_with_the_same_browser_hold_its_capabilities_together) {
  Meeting& one = add_meeting("abc-defg-hij");
  Meeting& two = add_meeting("abc-defg-hik");
  const Participant& ada = let_in(one, a_browser(48'000));
  const Participant& ben = let_in(two, a_browser(48'000));
  const Participant& eve = let_in(two, a_browser(8'000));
  const Participant& may = let_in(two, std::nullopt);
  ASSERT_NE(ada.rtp_capabilities, nullptr);
  EXPECT_EQ(ada.rtp_capabilities, ben.rtp_capabilities);
  EXPECT_EQ(*eve.rtp_capabilities, a_browser(8'000));
  EXPECT_EQ(may.rtp_capabilities, nullptr);
}

}  // namespace
}  // namespace confab::call
