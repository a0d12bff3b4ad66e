#include "service/loadtest/options.h"

#include <gtest/gtest.h>

namespace confab::loadtest {
namespace {

TEST(LoadOptions, TheDefaultsAreAMeetingOfTen) {
  const Options options;
  EXPECT_TRUE(validate(options).has_value());
  EXPECT_TRUE(options.publishes(9));
  EXPECT_TRUE(options.subscribes(0));
}

TEST(LoadOptions, ABroadcastsPublishersComeFirstAndSubscribersLast) {
  Options options;
  options.participants = 101;
  options.publishers = 1;
  options.subscribers = 100;
  ASSERT_TRUE(validate(options).has_value());
  EXPECT_TRUE(options.publishes(0));
  EXPECT_FALSE(options.publishes(1));
  EXPECT_FALSE(options.subscribes(0));
  EXPECT_TRUE(options.subscribes(1));
  EXPECT_TRUE(options.subscribes(100));
}

TEST(LoadOptions, EachMistakeNamesItsFlag) {
  const auto message = [](auto change) {
    Options options;
    change(options);
    const auto result = validate(options);
    return result ? std::string() : result.error().message;
  };
  EXPECT_NE(message([](Options& o) { o.publishers = 11; }).find("--publishers"), std::string::npos);
  EXPECT_NE(message([](Options& o) { o.joins_per_second = 0; }).find("--ramp"), std::string::npos);
  EXPECT_NE(message([](Options& o) { o.verify_one_in = 0; }).find("--verify"), std::string::npos);
  EXPECT_NE(message([](Options& o) { o.audio = o.video = false; }).find("--no-"),
            std::string::npos);
}

TEST(LoadOptions, TellsWhereLoadHarmsNobody) {
  for (const char* mine :
       {"127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.0.1", "100.64.0.1", "::1", "fe80::1", "fd00::1"}) {
    EXPECT_TRUE(is_private_address(*IpAddress::parse(mine))) << mine;
  }
  for (const char* theirs : {"8.8.8.8", "172.32.0.1", "172.15.0.1", "192.169.0.1", "100.128.0.1",
                             "11.0.0.1", "2001:db8::1", "0.0.0.0"}) {
    EXPECT_FALSE(is_private_address(*IpAddress::parse(theirs))) << theirs;
  }
}

}  // namespace
}  // namespace confab::loadtest
