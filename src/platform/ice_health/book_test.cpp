#include "platform/ice_health/book.h"

#include <gtest/gtest.h>

#include <set>

namespace confab::ice_health {
namespace {

using Kind = Book::Output::Kind;

class BookTest : public testing::Test {
 protected:
  void configure(std::vector<std::string> urls) {
    book_.set_urls(now_, urls);
    drain();
  }
  // Answers what is asked, for so long: those named are silent, and say so after kPatience.
  void run(Duration time, const std::set<std::string>& silent = {}) {
    const Instant end = now_ + time;
    while (now_ < end) {
      for (const Target& target : std::exchange(asked_, {})) {
        ++questions_;
        if (silent.contains(target.host)) {
          pending_.emplace_back(now_ + Book::kPatience, target);
        } else {
          book_.handle_result(now_, target, true);
        }
      }
      now_ += 10ms;
      std::erase_if(pending_, [this](const auto& late) {
        if (late.first > now_) return false;
        book_.handle_result(now_, late.second, false);
        return true;
      });
      if (book_.next_timeout() <= now_) book_.handle_timeout(now_);
      drain();
    }
  }
  void drain() {
    Book::Output out;
    while (book_.poll(out)) {
      if (out.kind == Kind::kAsk) {
        asked_.push_back(out.target);
      } else {
        news_.push_back((out.kind == Kind::kGone ? "-" : "+") + out.target.host);
      }
    }
  }

  using Urls = std::vector<std::string>;
  Book book_;
  Instant now_{};
  std::vector<Target> asked_;
  std::vector<std::pair<Instant, Target>> pending_;
  std::vector<std::string> news_;
  int questions_ = 0;
};

TEST_F(BookTest, a_new_server_is_told_at_once_and_asked_at_once) {
  configure({"turn:a", "turn:b"});
  EXPECT_EQ(book_.usable(), (Urls{"turn:a", "turn:b"}));
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(BookTest, a_server_that_falls_silent_is_told_to_nobody_after_five_seconds) {
  configure({"turn:a", "turns:a", "turn:b"});
  run(30s);
  EXPECT_TRUE(news_.empty());
  run(5s, {"a"});
  EXPECT_EQ(book_.usable(), Urls{"turn:b"});
  EXPECT_EQ(news_, (Urls{"-a", "-a"})) << "once for each way to it";
  run(10s, {"a"});
  EXPECT_EQ(news_.size(), 2u) << "news once";
}

TEST_F(BookTest, it_is_told_again_when_it_answers_again) {
  configure({"turn:a", "turn:b"});
  run(10s, {"a"});
  run(Book::kInterval + Book::kPatience);
  EXPECT_EQ(book_.usable(), (Urls{"turn:a", "turn:b"}));
  EXPECT_EQ(news_, (Urls{"-a", "+a"}));
}

TEST_F(BookTest, one_lost_answer_changes_nothing_and_the_next_question_comes_soon) {
  configure({"turn:a"});
  ASSERT_EQ(asked_.size(), 1u);
  book_.handle_result(now_, asked_.front(), false);
  configure({"turn:a", "turn:b"});
  EXPECT_EQ(book_.usable().size(), 2u);
  EXPECT_EQ(book_.next_timeout(), now_ + Book::kAgain);
}

TEST_F(BookTest, where_no_relay_answers_all_are_told_since_it_may_be_us_who_are_cut_off) {
  configure({"stun:s", "turn:a", "turn:b"});
  run(10s, {"a", "b"});
  EXPECT_EQ(book_.usable(), (Urls{"stun:s", "turn:a", "turn:b"}));
  run(10s, {"s", "a", "b"});
  EXPECT_EQ(book_.usable(), (Urls{"stun:s", "turn:a", "turn:b"}));
  run(10s, {"s", "a"});
  EXPECT_EQ(book_.usable(), (Urls{"stun:s", "turn:b"})) << "STUN is no relay";
}

TEST_F(BookTest, one_way_to_a_server_may_be_closed_while_another_is_open) {
  configure({"turn:a?transport=udp", "turn:a?transport=tcp", "turns:a"});
  ASSERT_EQ(asked_.size(), 3u);
  const auto asked = std::exchange(asked_, {});
  for (const Target& target : asked) book_.handle_result(now_, target, target.is_tcp);
  now_ += Book::kAgain;
  book_.handle_timeout(now_);
  drain();
  ASSERT_EQ(asked_.size(), 1u);
  book_.handle_result(now_, asked_.front(), false);
  EXPECT_EQ(book_.usable(), (Urls{"turn:a?transport=tcp", "turns:a"}));
}

TEST_F(BookTest, two_urls_of_one_server_are_one_question) {
  configure({"stun:a:3478", "turn:a"});
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(BookTest, a_server_that_does_not_answer_at_all_is_not_asked_more_often) {
  configure({"turn:a"});
  run(60s, {"a"});
  EXPECT_LE(questions_, 60 / 3 + 2) << "each takes a second, and two pass between";
}

TEST_F(BookTest, a_changed_configuration_keeps_what_is_known_and_forgets_who_is_gone) {
  configure({"turn:a", "turn:b"});
  run(10s, {"a"});
  configure({"turn:a", "turn:c"});
  EXPECT_EQ(book_.usable(), Urls{"turn:c"});
  configure({});
  EXPECT_TRUE(book_.usable().empty());
  for (const auto& [at, target] : pending_) book_.handle_result(now_, target, true);
  EXPECT_EQ(book_.next_timeout(), kNever);
}

}  // namespace
}  // namespace confab::ice_health
