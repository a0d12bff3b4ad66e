#include "platform/redis/shared_rates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace confab::redis {
namespace {

constexpr Instant kNow = Instant{} + 1h;
constexpr SharedRate kRate{100, 10};

// As much as is noticed.
void use(SharedRateBook& book, const std::string& id) {
  for (int i = 0; i < 5; ++i) book.note(id, kNow);
}

TEST(SharedRateBook, tells_once_how_many_there_were) {
  SharedRateBook book(kRate);
  for (int i = 0; i < 3; ++i) book.note("a", kNow);
  const auto charges = book.take_charges();
  ASSERT_EQ(charges.size(), 1u);
  EXPECT_EQ(charges[0].id, "a");
  EXPECT_EQ(charges[0].count, 3u);
  EXPECT_TRUE(book.take_charges().empty());
}

TEST(SharedRateBook, holds_up_whom_redis_says_for_as_long_and_no_longer_than_ten_seconds) {
  SharedRateBook book(kRate);
  use(book, "a");
  EXPECT_TRUE(book.may("a", kNow)) << "before anything was heard";
  book.answered("a", 300ms, kNow);
  EXPECT_FALSE(book.may("a", kNow + 299ms));
  EXPECT_FALSE(book.may("a", kNow + 300ms)) << "who waited begins with nothing";
  EXPECT_TRUE(book.may("a", kNow + 400ms)) << "and goes on at the rate";
  book.note("a", kNow + 400ms);
  EXPECT_FALSE(book.may("a", kNow + 400ms));
  EXPECT_TRUE(book.may("b", kNow));
  book.answered("a", 20s, kNow);
  EXPECT_FALSE(book.may("a", kNow + 9s));
  EXPECT_TRUE(book.may("a", kNow + 10s + 100ms)) << "Redis may be away for good";
  int at_once = 0;
  for (; book.may("a", kNow + 19s); ++at_once) book.note("a", kNow + 19s);
  EXPECT_EQ(at_once, 10) << "but a second's worth, as long as all together have had too much";
}

TEST(SharedRateBook, stops_nobody_who_asks_this_node_for_little_whatever_redis_says) {
  SharedRateBook book(kRate);
  book.note("a", kNow - 20s);
  book.answered("a", 1h, kNow);
  EXPECT_TRUE(book.may("a", kNow));
  book.answered("never seen", 1h, kNow);
  EXPECT_TRUE(book.may("never seen", kNow));
}

TEST(SharedRateBook, has_a_limit_beyond_which_a_node_counts_for_itself) {
  SharedRateBook book(kRate);
  for (std::size_t i = 0; i <= SharedRateBook::kIdsMax; ++i) book.note(std::to_string(i), kNow);
  EXPECT_EQ(book.untold(), 1u);
  EXPECT_EQ(book.take_charges().size(), SharedRateBook::kIdsMax);
  book.note("late", kNow + 1h);
  const auto charges = book.take_charges();
  ASSERT_EQ(charges.size(), 1u) << "those that do not ask any more were forgotten";
  EXPECT_EQ(charges[0].id, "late");
}

// A node by its own rate, as AddressRates has it.
class Node {
 public:
  bool take(Instant now) {
    tokens_ = std::min(kRate.burst, tokens_ + to_seconds(now - at_) * kRate.per_second);
    at_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    if (!book.may("eve", now)) return false;
    book.note("eve", now);
    return true;
  }

  SharedRateBook book{kRate};

 private:
  double tokens_ = kRate.burst;
  Instant at_ = kNow;
};

// The script of Redis.
class Shared {
 public:
  Duration charge(std::uint32_t count, Instant now) {
    left_ = std::min(kRate.burst, left_ + to_seconds(now - at_) * kRate.per_second) - count;
    left_ = std::max(left_, -10 * kRate.burst);
    at_ = now;
    if (left_ >= 1) return {};
    return std::chrono::milliseconds(
        static_cast<std::int64_t>((1 - left_) * 1000 / kRate.per_second) + 1);
  }

 private:
  double left_ = kRate.burst;
  Instant at_ = kNow;
};

// Eve asks all nodes all the time, or in pulses: quiet while she must wait.
int let_through(Duration quiet, Duration busy) {
  std::array<Node, 5> nodes;
  Shared shared;
  int out = 0;
  for (Instant now = kNow; now < kNow + 120s; now += 10ms) {
    const bool is_busy = (now - kNow) % (quiet + busy) < busy;
    for (Node& node : nodes) {
      for (int i = 0; is_busy && i < 20; ++i) out += node.take(now) ? 1 : 0;
    }
    if ((now - kNow) % 100ms != Duration{}) continue;
    for (Node& node : nodes) {
      for (const auto& charge : node.book.take_charges()) {
        node.book.answered(charge.id, shared.charge(charge.count, now), now);
      }
    }
  }
  return out;
}

TEST(SharedRates, of_five_nodes_let_through_what_one_would_however_it_is_asked_for) {
  // What each has at once, before the first telling, and then the one rate.
  const double most = 5 * kRate.burst + 120 * kRate.per_second;
  EXPECT_LE(let_through(0s, 1s), most * 1.1);
  EXPECT_GE(let_through(0s, 1s), 120 * kRate.per_second * 0.7) << "and no less";
  EXPECT_LE(let_through(10s, 1s), most * 1.1);
  EXPECT_LE(let_through(2s, 500ms), most * 1.1);
  EXPECT_LE(let_through(20s, 100ms), most * 1.1);
}

}  // namespace
}  // namespace confab::redis
