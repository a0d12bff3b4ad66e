#include "platform/discovery/consul/watch.h"

#include <gtest/gtest.h>

namespace confab::discovery::consul {
namespace {

struct WatchTest : testing::Test {
  // The next question, with the time moved to where it is due.
  std::string ask() {
    now_ = std::max(now_, watch_.next_timeout());
    return watch_.ask(now_).value_or("nothing");
  }

  Watch watch_{"/v1/health/service/s"};
  Instant now_{};
};

TEST_F(WatchTest, asks_at_once_and_then_waits_for_the_index_it_was_told) {
  EXPECT_EQ(ask(), "/v1/health/service/s");
  EXPECT_EQ(watch_.next_timeout(), kNever);
  EXPECT_EQ(watch_.ask(now_), std::nullopt);
  EXPECT_EQ(watch_.handle_answer("7"), Watch::News::kAfresh);
  EXPECT_EQ(ask(), "/v1/health/service/s?index=7&wait=30s");
}

TEST_F(WatchTest, tells_a_change_from_a_wait_that_ended) {
  ask();
  watch_.handle_answer("7");
  ask();
  EXPECT_EQ(watch_.handle_answer("7"), Watch::News::kNone);
  ask();
  EXPECT_EQ(watch_.handle_answer("9"), Watch::News::kSome);
  EXPECT_EQ(ask(), "/v1/health/service/s?index=9&wait=30s");
}

TEST_F(WatchTest, begins_anew_when_the_index_goes_back) {
  ask();
  watch_.handle_answer("900");
  ask();
  EXPECT_EQ(watch_.handle_answer("12"), Watch::News::kAfresh);
  EXPECT_EQ(ask(), "/v1/health/service/s");
  EXPECT_EQ(watch_.handle_answer("12"), Watch::News::kSome);
  EXPECT_EQ(ask(), "/v1/health/service/s?index=12&wait=30s");
}

TEST_F(WatchTest, waits_also_for_an_agent_whose_index_is_0) {
  ask();
  watch_.handle_answer("0");
  EXPECT_EQ(ask(), "/v1/health/service/s?index=1&wait=30s");
}

TEST_F(WatchTest, begins_anew_where_there_is_no_index) {
  ask();
  watch_.handle_answer("7");
  ask();
  for (const char* none : {"", "x", "7x", "-1", "99999999999999999999"}) {
    EXPECT_EQ(watch_.handle_answer(none), Watch::News::kAfresh) << none;
    EXPECT_EQ(watch_.index(), 0u);
  }
}

TEST_F(WatchTest, a_failure_begins_anew_after_a_pause_that_grows_to_two_seconds) {
  ask();
  watch_.handle_answer("7");
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 7; ++i) {
    now_ += 10s;
    EXPECT_NE(watch_.ask(now_), std::nullopt);
    watch_.handle_failure(now_);
    pauses.push_back(to_ms(watch_.next_timeout() - now_));
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{100, 200, 400, 800, 1600, 2000, 2000}));
  EXPECT_EQ(ask(), "/v1/health/service/s");
  EXPECT_EQ(watch_.handle_answer("7"), Watch::News::kAfresh);
}

TEST_F(WatchTest, answers_without_end_are_asked_for_once_a_second) {
  for (int i = 1; i <= 2; ++i) {
    EXPECT_NE(watch_.ask(now_), std::nullopt);
    watch_.handle_answer(std::to_string(i));
  }
  EXPECT_EQ(watch_.ask(now_), std::nullopt);
  EXPECT_EQ(watch_.next_timeout(), now_ + 1s);
}

TEST(Watch, of_a_path_with_a_query_adds_to_it) {
  Watch watch("/v1/kv/a?recurse");
  watch.ask({});
  watch.handle_answer("3");
  EXPECT_EQ(watch.ask({}), "/v1/kv/a?recurse&index=3&wait=30s");
}

}  // namespace
}  // namespace confab::discovery::consul
