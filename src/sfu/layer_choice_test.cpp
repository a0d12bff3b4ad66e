#include "sfu/layer_choice.h"

#include <gtest/gtest.h>

#include <vector>

namespace confab::sfu {
namespace {

std::optional<std::uint8_t> choose(std::uint8_t preferred, const std::vector<bool>& alive) {
  return choose_layer(preferred, static_cast<std::uint8_t>(alive.size()),
                      [&](std::uint8_t i) { return alive[i]; });
}

TEST(LayerChoice, takes_the_preferred_or_the_next_below) {
  EXPECT_EQ(choose(2, {true, true, true}), 2);
  EXPECT_EQ(choose(1, {true, true, true}), 1);
  EXPECT_EQ(choose(2, {true, true, false}), 1);
  EXPECT_EQ(choose(2, {true, false, false}), 0);
}

TEST(LayerChoice, takes_a_higher_one_rather_than_none) {
  EXPECT_EQ(choose(0, {false, true, true}), 1);
  EXPECT_EQ(choose(1, {false, false, true}), 2);
}

TEST(LayerChoice, bears_a_preference_beyond_what_there_is_and_nothing_alive) {
  EXPECT_EQ(choose(9, {true, true}), 1);
  EXPECT_EQ(choose(1, {false, false}), std::nullopt);
}

}  // namespace
}  // namespace confab::sfu
