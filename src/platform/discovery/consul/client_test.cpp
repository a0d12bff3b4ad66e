#include "platform/discovery/consul/client.h"

#include <gtest/gtest.h>

namespace confab::discovery::consul {
namespace {

constexpr std::string_view kTwo = R"([
  {"Node":{"Address":"10.0.0.9"},"Service":{"ID":"s-2-1","Address":"","Port":1,"Meta":{"node":"2"}},
   "Checks":[{"Status":"passing"},{"Status":"critical"}]},
  {"Node":{"Address":"10.0.0.9"},"Service":{"ID":"s-1-1","Address":"10.0.0.1","Port":1,"Meta":{"node":"1","boot":"b"}},
   "Checks":[{"Status":"passing"},{"Status":"warning"}]}])";

struct ClientTest : testing::Test {
  void drain() {
    Output output;
    while (client_.poll(output)) {
      if (auto* question = std::get_if<Question>(&output)) {
        questions_.push_back(*question);
      } else if (auto* changed = std::get_if<ServiceChanged>(&output)) {
        std::string line = changed->service + ":";
        for (const Instance& i : changed->instances) {
          line += " " + i.address + (i.is_healthy ? "" : "!");
        }
        told_.push_back(line);
      } else if (auto* values = std::get_if<ValuesChanged>(&output)) {
        std::string line = values->prefix + ":";
        for (const auto& [key, value] : values->values) line += " " + key + "=" + value;
        told_.push_back(line);
      } else {
        told_.emplace_back("left");
      }
    }
  }
  Question next_question() {
    drain();
    if (questions_.empty()) {
      now_ = std::max(now_, client_.next_timeout());
      client_.handle_timeout(now_);
      drain();
    }
    EXPECT_FALSE(questions_.empty());
    const Question question = questions_.front();
    questions_.pop_front();
    return question;
  }
  void answer(const Question& question, const std::optional<Answer>& answer) {
    client_.handle_answer(now_, question.id, answer);
    drain();
  }

  Client client_;
  Instant now_{1h};
  std::deque<Question> questions_;
  std::vector<std::string> told_;
};

TEST_F(ClientTest, tells_a_service_and_waits_for_the_next_change) {
  client_.watch_service("s");
  const Question first = next_question();
  EXPECT_EQ(first.path, "/v1/health/service/s");
  answer(first, Answer{200, "5", kTwo});
  EXPECT_EQ(told_, (std::vector<std::string>{"s: 10.0.0.1 10.0.0.9!"}));
  const Question second = next_question();
  EXPECT_TRUE(second.path.ends_with("?index=5&wait=30s"));
  EXPECT_GT(second.patience, 31s);
}

TEST_F(ClientTest, keeps_what_it_knew_while_the_agent_is_away) {
  client_.watch_service("s");
  answer(next_question(), Answer{200, "5", kTwo});
  told_.clear();
  for (int i = 0; i < 20; ++i) answer(next_question(), std::nullopt);
  EXPECT_FALSE(client_.is_reachable());
  EXPECT_EQ(client_.counts().failed, 20u);
  EXPECT_TRUE(told_.empty());
  // It comes back knowing nobody, and after a while that is believed
  answer(next_question(), Answer{200, "1", "[]"});
  EXPECT_TRUE(client_.is_reachable());
  EXPECT_TRUE(told_.empty());
  next_question();
  now_ = client_.next_timeout();
  client_.handle_timeout(now_);
  drain();
  EXPECT_EQ(told_, (std::vector<std::string>{"s:"}));
}

TEST_F(ClientTest, an_answer_that_cannot_be_read_changes_nothing_and_is_counted) {
  client_.watch_service("s");
  answer(next_question(), Answer{200, "5", kTwo});
  told_.clear();
  answer(next_question(), Answer{200, "6", "<html>"});
  answer(next_question(), Answer{500, "", "No cluster leader"});
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(client_.counts().malformed, 1u);
  EXPECT_EQ(client_.counts().failed, 1u);
}

TEST_F(ClientTest, tells_values_below_a_prefix_and_that_there_are_none) {
  client_.watch_values("confab/config/");
  const Question first = next_question();
  EXPECT_EQ(first.path, "/v1/kv/confab/config/?recurse");
  answer(first, Answer{404, "3", ""});
  answer(next_question(),
         Answer{200, "4", R"([{"Key":"confab/config/log.level","Value":"ZGVidWc="}])"});
  answer(next_question(),
         Answer{200, "9", R"([{"Key":"confab/config/log.level","Value":"ZGVidWc="}])"});
  EXPECT_EQ(told_,
            (std::vector<std::string>{"confab/config/:", "confab/config/: log.level=debug"}));
}

TEST_F(ClientTest, values_are_kept_when_the_agent_comes_back_without_any) {
  constexpr std::string_view kDebug = R"([{"Key":"a/log.level","Value":"ZGVidWc="}])";
  client_.watch_values("a/");
  answer(next_question(), Answer{200, "500", kDebug});
  answer(next_question(), std::nullopt);
  answer(next_question(), Answer{404, "1", ""});
  EXPECT_EQ(told_, (std::vector<std::string>{"a/: log.level=debug"}));
  answer(next_question(), Answer{200, "2", R"([{"Key":"a/log.level","Value":"aW5mbw=="}])"});
  answer(next_question(), Answer{404, "3", ""});
  EXPECT_EQ(told_, (std::vector<std::string>{"a/: log.level=debug", "a/: log.level=info", "a/:"}));
}

TEST_F(ClientTest, values_are_kept_however_often_an_agent_that_lost_them_says_that_there_are_none) {
  constexpr std::string_view kDebug = R"([{"Key":"a/log.level","Value":"ZGVidWc="}])";
  client_.watch_values("a/");
  answer(next_question(), Answer{200, "500", kDebug});
  told_.clear();
  for (const char* index : {"1", "1", "2"}) answer(next_question(), Answer{404, index, ""});
  EXPECT_TRUE(told_.empty());
  answer(next_question(), Answer{200, "3", kDebug});
  answer(next_question(), Answer{404, "4", ""});
  EXPECT_EQ(told_, (std::vector<std::string>{"a/:"}));
}

TEST_F(ClientTest, an_index_that_goes_back_is_counted) {
  client_.watch_service("s");
  answer(next_question(), Answer{200, "500", kTwo});
  answer(next_question(), Answer{200, "7", kTwo});
  EXPECT_EQ(client_.counts().index_resets, 1u);
  EXPECT_EQ(next_question().path, "/v1/health/service/s");
}

TEST_F(ClientTest, leaving_says_so_once) {
  client_.announce({.self = {.service = "s", .node = 1, .port = 2}});
  answer(next_question(), Answer{200, "", ""});
  client_.leave(now_);
  const Question last = next_question();
  EXPECT_TRUE(last.is_put);
  EXPECT_EQ(last.path, "/v1/agent/service/deregister/s-1-2");
  answer(last, std::nullopt);
  EXPECT_EQ(told_, (std::vector<std::string>{"left"}));
  client_.leave(now_);
  drain();
  EXPECT_EQ(told_.size(), 2u);
}

TEST_F(ClientTest, answers_nobody_waits_for_are_passed_over) {
  client_.handle_answer(now_, QuestionId{99}, Answer{200, "1", "[]"});
  drain();
  EXPECT_TRUE(told_.empty());
}

}  // namespace
}  // namespace confab::discovery::consul
