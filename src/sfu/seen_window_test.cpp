#include "sfu/seen_window.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

TEST(SeenWindow, takes_each_packet_once_in_any_order) {
  SeenWindow window;
  EXPECT_TRUE(window.insert(1000));
  EXPECT_TRUE(window.insert(1003));
  EXPECT_TRUE(window.insert(1001));
  EXPECT_FALSE(window.insert(1001));
  EXPECT_FALSE(window.insert(1003));
  EXPECT_TRUE(window.insert(1002));
}

TEST(SeenWindow, a_packet_from_before_the_first_is_new) {
  SeenWindow window;
  EXPECT_TRUE(window.insert(0));
  EXPECT_TRUE(window.insert(-1));
  EXPECT_FALSE(window.insert(-1));
}

TEST(SeenWindow, what_is_too_old_to_tell_counts_as_seen) {
  SeenWindow window;
  window.insert(5000);
  EXPECT_TRUE(window.insert(5000 - 1023));
  EXPECT_FALSE(window.insert(5000 - 1024));
}

TEST(SeenWindow, forgets_what_a_jump_left_behind) {
  SeenWindow window;
  for (std::int64_t i = 0; i < 1024; ++i) window.insert(i);
  EXPECT_TRUE(window.insert(100'000));
  for (std::int64_t i = 100'000 - 1023; i < 100'000; ++i) EXPECT_TRUE(window.insert(i)) << i;
}

}  // namespace
}  // namespace confab::sfu
