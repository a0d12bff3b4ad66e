#include "platform/discovery/consul/service_view.h"

#include <gtest/gtest.h>

namespace confab::discovery::consul {
namespace {

Instance at(std::uint16_t node, std::string boot = "a") {
  return {.id = "s-" + std::to_string(node), .service = "s", .node = node, .boot = std::move(boot)};
}

struct ServiceViewTest : testing::Test {
  std::string known() const {
    std::string out;
    for (const Instance& i : view_.known()) out += std::to_string(i.node) + i.boot;
    return out;
  }
  ServiceView view_;
  const Instant now_{1h};
};

TEST_F(ServiceViewTest, tells_that_nobody_is_there_once) {
  EXPECT_TRUE(view_.handle_instances(now_, {}, true));
  EXPECT_FALSE(view_.handle_instances(now_, {}, false));
}

TEST_F(ServiceViewTest, tells_who_comes_changes_and_goes) {
  EXPECT_TRUE(view_.handle_instances(now_, {at(2), at(1)}, true));
  EXPECT_EQ(known(), "1a2a");
  EXPECT_FALSE(view_.handle_instances(now_, {at(1), at(2)}, false));
  EXPECT_TRUE(view_.handle_instances(now_, {at(1, "b"), at(2)}, false));
  EXPECT_EQ(known(), "1b2a");
  EXPECT_TRUE(view_.handle_instances(now_, {at(2)}, false));
  EXPECT_EQ(known(), "2a");
  EXPECT_EQ(view_.next_timeout(), kNever);
}

TEST_F(ServiceViewTest, an_agent_that_came_back_empty_takes_nobody_away_for_ten_seconds) {
  view_.handle_instances(now_, {at(1), at(2)}, true);
  EXPECT_FALSE(view_.handle_instances(now_, {}, true));
  EXPECT_EQ(known(), "1a2a");
  // One registers again, and this answer is no fresh start any more
  EXPECT_FALSE(view_.handle_instances(now_ + 3s, {at(1)}, false));
  EXPECT_EQ(known(), "1a2a");
  EXPECT_EQ(view_.next_timeout(), now_ + 10s);
  EXPECT_FALSE(view_.handle_timeout(now_ + 9s));
  EXPECT_TRUE(view_.handle_timeout(now_ + 10s));
  EXPECT_EQ(known(), "1a");
  EXPECT_EQ(view_.next_timeout(), kNever);
}

TEST_F(ServiceViewTest, an_agent_that_fails_again_and_again_does_not_lengthen_the_grace) {
  view_.handle_instances(now_, {at(1)}, true);
  view_.handle_instances(now_, {}, true);
  view_.handle_instances(now_ + 6s, {}, true);
  EXPECT_EQ(view_.next_timeout(), now_ + 10s);
  EXPECT_TRUE(view_.handle_instances(now_ + 11s, {}, true));
  EXPECT_EQ(known(), "");
}

}  // namespace
}  // namespace confab::discovery::consul
