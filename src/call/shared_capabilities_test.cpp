#include "call/shared_capabilities.h"

#include <gtest/gtest.h>

#include <vector>

#include "call/core.h"

namespace confab::call {
namespace {

ortc::RtpCapabilities a_browser(std::uint32_t clock_rate) {
  ortc::RtpCapabilities out;
  out.codecs.push_back({.mime_type = "audio/opus", .clock_rate = clock_rate});
  return out;
}

TEST(SharedCapabilitiesTest, equal_values_are_one) {
  SharedCapabilities shared;
  const CapabilitiesPtr first = shared.share(a_browser(48'000));
  const CapabilitiesPtr other = shared.share(a_browser(8'000));
  EXPECT_EQ(shared.share(a_browser(48'000)), first);
  EXPECT_EQ(shared.share(a_browser(8'000)), other);
  EXPECT_EQ(*first, a_browser(48'000));
  EXPECT_EQ(*other, a_browser(8'000));
}

TEST(SharedCapabilitiesTest, the_last_to_leave_frees_it) {
  SharedCapabilities shared;
  CapabilitiesPtr one = shared.share(a_browser(48'000));
  CapabilitiesPtr two = shared.share(a_browser(48'000));
  const std::weak_ptr<const ortc::RtpCapabilities> seen = one;
  one.reset();
  EXPECT_FALSE(seen.expired());
  two.reset();
  EXPECT_TRUE(seen.expired());
}

TEST(SharedCapabilitiesTest, ever_new_values_cost_no_more_than_the_sharing) {
  SharedCapabilities shared;
  const CapabilitiesPtr before = shared.share(a_browser(48'000));
  std::vector<CapabilitiesPtr> held;
  for (std::uint32_t i = 0; i < 10 * SharedCapabilities::kRemembered; ++i) {
    held.push_back(shared.share(a_browser(i)));
    EXPECT_EQ(*held.back(), a_browser(i));
  }
  const CapabilitiesPtr after = shared.share(a_browser(48'000));
  EXPECT_NE(after, before);
  EXPECT_EQ(*after, *before);
  EXPECT_EQ(shared.share(a_browser(48'000)), after);
  // The places of those who are gone are taken first.
  held.clear();
  for (std::uint32_t i = 1; i < SharedCapabilities::kRemembered; ++i) {
    held.push_back(shared.share(a_browser(i)));
  }
  EXPECT_EQ(shared.share(a_browser(48'000)), after);
}

struct TwoRooms : testing::Test {
  Meeting& add_meeting(const std::string& code) {
    auto& meeting = core.meetings[code];
    meeting = std::make_unique<Meeting>();
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
