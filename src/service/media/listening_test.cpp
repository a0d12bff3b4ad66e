#include "service/media/listening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace confab::media {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct ListeningTest : testing::Test {
  static MediaAddress address(std::string_view text) {
    const IpAddress ip = *IpAddress::parse(text);
    return {ip, ip};
  }
  // All that are there are wanted.
  Listening::Steps look(const std::vector<MediaAddress>& there) {
    std::vector<engine::InterfaceAddress> present;
    for (const MediaAddress& a : there) present.push_back({"eth0", a.listen, false});
    return listening.look(now, there, present);
  }

  const MediaAddress v4 = address("192.0.2.1");
  const MediaAddress v6 = address("2001:db8::1");
  Instant now{100s};
  Listening listening{60s};
};

TEST_F(ListeningTest, what_does_not_work_is_left_out_and_tried_again) {
  EXPECT_THAT(look({v4, v6}).open, ElementsAre(v4, v6));
  listening.opened(v4);
  EXPECT_TRUE(listening.failed(now, v6));
  EXPECT_THAT(listening.announced(), ElementsAre(v4));
  // Tentative for a second or two.
  now += 1s;
  EXPECT_THAT(look({v4, v6}).open, IsEmpty());
  now += 1s;
  EXPECT_THAT(look({v4, v6}).open, ElementsAre(v6));
  EXPECT_FALSE(listening.failed(now, v6)) << "said once";
  now += 3s;
  EXPECT_THAT(look({v4, v6}).open, IsEmpty());
  now += 1s;
  EXPECT_THAT(look({v4, v6}).open, ElementsAre(v6));
  listening.opened(v6);
  EXPECT_THAT(listening.announced(), ElementsAre(v4, v6));
  EXPECT_THAT(look({v4, v6}).open, IsEmpty());
}

TEST_F(ListeningTest, an_address_that_goes_is_not_announced_and_one_that_comes_back_is) {
  look({v4, v6});
  listening.opened(v4);
  listening.opened(v6);
  now += 1s;
  EXPECT_THAT(look({v4}).close, IsEmpty());
  EXPECT_THAT(listening.announced(), ElementsAre(v4));
  now += 59s;
  const auto back = look({v4, v6});
  EXPECT_THAT(back.open, IsEmpty()) << "it was never closed";
  EXPECT_THAT(listening.announced(), ElementsAre(v4, v6));
  look({v4});
  now += 60s;
  EXPECT_THAT(look({v4}).close, ElementsAre(v6.listen));
  EXPECT_THAT(look({v4}).close, IsEmpty());
  EXPECT_THAT(look({v4, v6}).open, ElementsAre(v6));
}

TEST_F(ListeningTest, a_new_address_is_taken_up_in_its_place) {
  look({v6});
  listening.opened(v6);
  EXPECT_THAT(look({v4, v6}).open, ElementsAre(v4));
  listening.opened(v4);
  EXPECT_THAT(listening.announced(), ElementsAre(v4, v6));
}

TEST_F(ListeningTest, addresses_that_change_every_day_leave_nothing) {
  for (int day = 0; day < 100; ++day) {
    const MediaAddress today = address("2001:db8::" + std::to_string(day + 1));
    EXPECT_THAT(look({today}).open, ElementsAre(today));
    listening.opened(today);
    now += 24h;
    const std::size_t closed = look({today}).close.size();
    EXPECT_EQ(closed, 0u);
    const MediaAddress tomorrow = address("2001:db8::" + std::to_string(day + 2));
    look({tomorrow});
    listening.opened(tomorrow);
    now += 1h;
    EXPECT_THAT(look({tomorrow}).close, ElementsAre(today.listen));
    now += 1h;
    look({});
    now += 1h;
    look({});
  }
  EXPECT_THAT(listening.announced(), IsEmpty());
}

}  // namespace
}  // namespace confab::media
