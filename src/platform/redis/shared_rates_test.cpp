#include "platform/redis/shared_rates.h"

#include <gtest/gtest.h>

namespace confab::redis {
namespace {

constexpr Instant kNow = Instant{} + 1h;

TEST(SharedRateBook, tells_once_how_many_there_were) {
  SharedRateBook book;
  EXPECT_FALSE(book.has_charges());
  for (int i = 0; i < 3; ++i) book.note("a");
  EXPECT_TRUE(book.has_charges());
  const auto charges = book.take_charges();
  ASSERT_EQ(charges.size(), 1u);
  EXPECT_EQ(charges[0].id, "a");
  EXPECT_EQ(charges[0].count, 3u);
  EXPECT_TRUE(book.take_charges().empty());
}

TEST(SharedRateBook, holds_up_whom_redis_says_for_as_long_and_no_longer_than_ten_seconds) {
  SharedRateBook book;
  EXPECT_TRUE(book.may("a", kNow)) << "before anything was heard";
  book.answered("a", 300ms, kNow);
  EXPECT_FALSE(book.may("a", kNow + 299ms));
  EXPECT_TRUE(book.may("a", kNow + 300ms));
  EXPECT_TRUE(book.may("b", kNow));
  book.answered("a", 1h, kNow);
  EXPECT_FALSE(book.may("a", kNow + 9s));
  EXPECT_TRUE(book.may("a", kNow + 10s)) << "Redis may be away for good";
  book.answered("a", 0ms, kNow);
  EXPECT_TRUE(book.may("a", kNow));
}

TEST(SharedRateBook, has_a_limit_beyond_which_a_node_counts_for_itself) {
  SharedRateBook book;
  for (std::size_t i = 0; i <= SharedRateBook::kIdsMax; ++i) {
    book.note(std::to_string(i));
    book.answered(std::to_string(i), 1s, kNow);
  }
  EXPECT_EQ(book.untold(), 1u);
  EXPECT_FALSE(book.may("1", kNow));
  const std::string last = std::to_string(SharedRateBook::kIdsMax);
  EXPECT_TRUE(book.may(last, kNow));
  book.answered(last, 1s, kNow + 2s);
  EXPECT_FALSE(book.may(last, kNow + 2s)) << "those that need not wait any more were forgotten";
  EXPECT_EQ(book.take_charges().size(), SharedRateBook::kIdsMax);
}

}  // namespace
}  // namespace confab::redis
