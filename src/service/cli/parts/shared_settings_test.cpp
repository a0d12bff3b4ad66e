#include "service/cli/parts/shared_settings.h"

#include <gtest/gtest.h>

namespace confab::cli {
namespace {

struct SharedSettingsTest : testing::Test {
  // What is in force then; how many were refused just now.
  std::size_t set(const discovery::Values& values) {
    auto proposal = settings_.propose(values);
    settings_.accept(proposal.settings);
    return proposal.refused.size();
  }
  SharedSettings settings_;
};

TEST_F(SharedSettingsTest, what_is_wrong_is_refused_and_the_value_before_stays) {
  EXPECT_EQ(set({{"log.level", "debug"}}), 0u);
  EXPECT_EQ(set({{"log.level", "loud"}, {"call.chat_chars_max", "500"}}), 1u);
  EXPECT_EQ(settings_.in_force(),
            (ConfigPairs{{"call.chat_chars_max", "500"}, {"log.level", "debug"}}));
  EXPECT_EQ(settings_.refused_count(), 1u);
}

TEST_F(SharedSettingsTest, what_was_never_right_is_left_out) {
  EXPECT_EQ(set({{"log.level", "loud"}, {"database.url", "postgresql://x"}}), 2u);
  EXPECT_TRUE(settings_.in_force().empty());
}

TEST_F(SharedSettingsTest, a_wrong_value_is_told_once_and_again_when_it_is_another) {
  EXPECT_EQ(set({{"log.level", "loud"}}), 1u);
  EXPECT_EQ(set({{"log.level", "loud"}, {"call.meetings_max", "7"}}), 0u);
  EXPECT_EQ(set({{"log.level", "silent"}, {"call.meetings_max", "7"}}), 1u);
  EXPECT_EQ(settings_.refused_count(), 2u);
}

TEST_F(SharedSettingsTest, what_is_taken_out_is_in_force_no_more_also_if_it_was_wrong_meanwhile) {
  set({{"log.level", "debug"}});
  set({{"log.level", "loud"}});
  EXPECT_EQ(set({}), 0u);
  EXPECT_TRUE(settings_.in_force().empty());
  EXPECT_EQ(set({{"log.level", "loud"}}), 1u);
  EXPECT_TRUE(settings_.in_force().empty());
}

TEST_F(SharedSettingsTest, folders_are_no_settings) {
  EXPECT_EQ(set({{"", ""}, {"call/", ""}}), 0u);
  EXPECT_TRUE(settings_.in_force().empty());
}

}  // namespace
}  // namespace confab::cli
