#include "engine/mailbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace confab::engine {
namespace {

TEST(Mailbox, FullRefusesAndLeavesTheValue) {
  Mailbox<std::unique_ptr<int>> box(2);
  EXPECT_TRUE(box.push(std::make_unique<int>(1)));
  EXPECT_TRUE(box.push(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(box.push(std::move(third)));
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(**box.pop(), 1);
  EXPECT_TRUE(box.push(std::move(third)));
  EXPECT_EQ(**box.pop(), 2);
  EXPECT_EQ(**box.pop(), 3);
  EXPECT_FALSE(box.pop());
}

TEST(Mailbox, EverySendersOrderIsKept) {
  constexpr int kSenders = 3;
  constexpr int kEach = 20000;
  Mailbox<std::pair<int, int>> box(64);
  std::vector<std::thread> senders;
  for (int s = 0; s < kSenders; ++s) {
    senders.emplace_back([&box, s] {
      for (int i = 0; i < kEach; ++i) {
        while (!box.push({s, i})) std::this_thread::yield();
      }
    });
  }
  int next[kSenders] = {};
  for (int received = 0; received < kSenders * kEach;) {
    if (auto value = box.pop()) {
      EXPECT_EQ(value->second, next[value->first]++);
      ++received;
    } else {
      std::this_thread::yield();
    }
  }
  for (auto& t : senders) t.join();
  EXPECT_FALSE(box.pop());
}

}  // namespace
}  // namespace confab::engine
