#include "service/signaling/account_seats.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace confab::signaling {
namespace {

constexpr Instant kStart = Instant{} + 1h;

call::ConnectionId connection(std::uint64_t number) {
  return call::ConnectionId::make(1, number);
}

TEST(AccountSeats, are_looked_at_again_and_again_and_end_with_the_session) {
  AccountSeats seats;
  seats.sit(connection(1), "account:ac_1", kStart);
  EXPECT_TRUE(seats.take_due(kStart + kAccountsEvery - 1ms).empty());
  EXPECT_EQ(seats.take_due(kStart + kAccountsEvery).size(), 1u);
  EXPECT_FALSE(seats.has_ended(connection(1), "account:ac_1"));
  EXPECT_TRUE(seats.take_due(kStart + kAccountsEvery + 1s).empty());
  EXPECT_EQ(seats.take_due(kStart + 2 * kAccountsEvery).size(), 1u);
  EXPECT_TRUE(seats.has_ended(connection(1), ""));
  EXPECT_FALSE(seats.has_ended(connection(1), "")) << "said once";
  EXPECT_TRUE(seats.take_due(kStart + 1h).empty());
}

TEST(AccountSeats, end_where_another_is_signed_in_there_and_of_nobody_else) {
  AccountSeats seats;
  seats.sit(connection(1), "account:ac_1", kStart);
  EXPECT_TRUE(seats.has_ended(connection(1), "account:ac_2"));
  EXPECT_FALSE(seats.has_ended(connection(2), "")) << "a guest's";
  seats.sit(connection(3), "account:ac_3", kStart);
  seats.leave(connection(3));
  EXPECT_FALSE(seats.has_ended(connection(3), "")) << "who has left";
}

TEST(AccountSeats, of_more_than_have_their_turn_in_time_each_has_it_still) {
  AccountSeats seats;
  constexpr std::size_t kSeats = 12'000;
  for (std::size_t i = 0; i < kSeats; ++i) seats.sit(connection(i + 1), "account:ac", kStart);
  std::unordered_set<call::ConnectionId> seen;
  Instant now = kStart + kAccountsEvery;
  for (std::size_t turn = 0; turn < kSeats / kAccountsAtOnce; ++turn, now += 2s) {
    const auto due = seats.take_due(now);
    EXPECT_LE(due.size(), kAccountsAtOnce);
    seen.insert(due.begin(), due.end());
  }
  EXPECT_EQ(seen.size(), kSeats);
}

}  // namespace
}  // namespace confab::signaling
