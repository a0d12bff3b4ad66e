#include "platform/store/postgres/chat_queue.h"

#include <string>

#include "gtest/gtest.h"

namespace confab::store::postgres {
namespace {

ChatQueue::Line line(std::size_t bytes) {
  ChatQueue::Line out;
  out.record.text = std::string(bytes, 'x');
  return out;
}

TEST(ChatQueue, holds_so_many_lines_and_takes_more_when_one_is_written) {
  ChatQueue queue;
  for (std::size_t i = 0; i < ChatQueue::kLinesMax; ++i) {
    auto one = line(1);
    ASSERT_TRUE(queue.add(one));
  }
  auto more = line(1);
  EXPECT_FALSE(queue.add(more));
  EXPECT_EQ(more.record.text, "x") << "whoever said it can be answered";
  queue.take(queue.lines().begin()->first);
  EXPECT_TRUE(queue.add(more));
}

TEST(ChatQueue, holds_so_many_bytes) {
  ChatQueue queue;
  auto large = line(ChatQueue::kBytesMax - 1);
  const auto first = queue.add(large);
  ASSERT_TRUE(first);
  auto one = line(1);
  auto other = line(1);
  EXPECT_TRUE(queue.add(one));
  EXPECT_FALSE(queue.add(other));
  EXPECT_EQ(queue.take(*first).record.text.size(), ChatQueue::kBytesMax - 1);
  EXPECT_TRUE(queue.add(other));
}

}  // namespace
}  // namespace confab::store::postgres
