#include "sfu/ring_queue.h"

#include <gtest/gtest.h>

#include <memory>

namespace confab::sfu {
namespace {

TEST(RingQueue, keeps_the_order_while_it_grows_around_its_end) {
  RingQueue<int> queue;
  int next_in = 0;
  int next_out = 0;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 7; ++i) queue.push_back(next_in++);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(queue.pop_front(), next_out++);
  }
  EXPECT_EQ(queue.size(), 100u);
  while (!queue.empty()) EXPECT_EQ(queue.pop_front(), next_out++);
  EXPECT_EQ(next_out, next_in);
}

TEST(RingQueue, holds_nothing_of_what_left) {
  RingQueue<std::shared_ptr<int>> queue;
  const auto value = std::make_shared<int>(1);
  for (int i = 0; i < 20; ++i) queue.push_back(value);
  queue.pop_front();
  int index = 0;
  EXPECT_EQ(queue.remove_if([&](const auto&) { return index++ % 2 == 0; }), 10u);
  EXPECT_EQ(queue.size(), 9u);
  EXPECT_EQ(value.use_count(), 10);
  queue.drop_front(4);
  EXPECT_EQ(queue.size(), 5u);
  EXPECT_EQ(value.use_count(), 6);
}

TEST(RingQueue, goes_on_behind_what_was_dropped_around_its_end) {
  RingQueue<int> queue;
  for (int i = 0; i < 12; ++i) queue.push_back(i);
  queue.drop_front(10);
  for (int i = 12; i < 24; ++i) queue.push_back(i);
  queue.drop_front(8);
  for (int i = 18; i < 24; ++i) EXPECT_EQ(queue.pop_front(), i);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace confab::sfu
