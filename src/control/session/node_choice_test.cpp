#include "control/session/node_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace confab::control {
namespace {

class NodeChoiceTest : public testing::Test {
 protected:
  std::map<NodeNumber, int> spread(int meetings) {
    std::map<NodeNumber, int> out;
    for (int i = 0; i < meetings; ++i) ++out[*choice_.choose(MeetingId::random(random_))];
    return out;
  }

  SeededRandom random_{1};
  NodeChoice choice_{"eu"};
};

TEST_F(NodeChoiceTest, WithoutANodeThereIsNone) {
  EXPECT_FALSE(choice_.choose(MeetingId::random(random_)));
  choice_.set(1, "eu", {});
  choice_.remove(1);
  EXPECT_FALSE(choice_.choose(MeetingId::random(random_)));
}

TEST_F(NodeChoiceTest, TheLessLoadedIsChosen) {
  choice_.set(1, "eu", {.transports = 500});
  choice_.set(2, "eu", {.transports = 100});
  EXPECT_THAT(spread(10), testing::ElementsAre(testing::Pair(2, 10)));
}

TEST_F(NodeChoiceTest, BetweenTwoBeatsNobodyIsStormed) {
  for (NodeNumber node = 1; node <= 4; ++node) choice_.set(node, "eu", {});
  const auto found = spread(400);
  EXPECT_EQ(found.size(), 4u);
  for (const auto& [node, meetings] : found) {
    EXPECT_GT(meetings, 70);
    EXPECT_LT(meetings, 130);
  }
}

TEST_F(NodeChoiceTest, OurRegionComesFirstAndAnyIsBetterThanNone) {
  choice_.set(1, "us", {});
  choice_.set(2, "eu", {.transports = 5000});
  EXPECT_THAT(spread(10), testing::ElementsAre(testing::Pair(2, 10)));
  choice_.remove(2);
  EXPECT_THAT(spread(10), testing::ElementsAre(testing::Pair(1, 10)));
}

TEST_F(NodeChoiceTest, ANodeThatIsLateWithItsBeatsIsSpared) {
  choice_.set(1, "eu", {.transports = 0, .lag = 300ms});
  choice_.set(2, "eu", {.transports = 100});
  EXPECT_THAT(spread(10), testing::ElementsAre(testing::Pair(2, 10)));
}

}  // namespace
}  // namespace confab::control
