#include "platform/http/idempotency.h"

#include <gtest/gtest.h>

#include "base/instant.h"

namespace confab::http {
namespace {

Request post(const std::string& key, const std::string& body = "{}") {
  Request request;
  request.method = Method::kPost;
  request.target = "/api/rooms";
  request.body = body;
  request.headers = {{"idempotency-key", key}};
  return request;
}

class HttpIdempotency : public testing::Test {
 protected:
  std::optional<Response> ask(const Request& request) {
    return answers_.begin(**IdempotentAnswers::slot_of(request), now_);
  }
  void answer(const Request& request, unsigned status) {
    answers_.finish(**IdempotentAnswers::slot_of(request), Response::json(status, "made"), now_);
  }

  Instant now_{};
  IdempotentAnswers answers_;
};

TEST_F(HttpIdempotency, WhatWasMadeIsAnsweredAgainAndNotMadeAgain) {
  EXPECT_FALSE(ask(post("one")));
  answer(post("one"), 201);
  const auto again = ask(post("one"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, 201u);
  EXPECT_EQ(again->body, "made");
  EXPECT_EQ(find_header(again->headers, "Idempotency-Replayed"), "true");
  EXPECT_FALSE(ask(post("two")));
}

TEST_F(HttpIdempotency, ARequestOnItsWayIsAConflictAndAnotherBodyIsRefused) {
  EXPECT_FALSE(ask(post("one")));
  EXPECT_EQ(ask(post("one"))->status, 409u);
  EXPECT_EQ(ask(post("one", R"({"title":"x"})"))->status, 422u);
  answer(post("one"), 201);
  EXPECT_EQ(ask(post("one", R"({"title":"x"})"))->status, 422u);
}

TEST_F(HttpIdempotency, WhatWasRefusedMayBeTriedAgain) {
  for (const unsigned status : {400u, 403u, 429u, 500u, 503u}) {
    EXPECT_FALSE(ask(post("one")));
    answer(post("one"), status);
  }
  EXPECT_EQ(answers_.size(), 0u);
}

TEST_F(HttpIdempotency, NobodyGetsTheAnswerOfSomebodyElse) {
  EXPECT_FALSE(ask(post("one")));
  answer(post("one"), 201);
  Request other = post("one");
  other.headers.emplace_back("Authorization", "Bearer x");
  EXPECT_FALSE(ask(other));
  Request elsewhere = post("one");
  elsewhere.remote.address = *IpAddress::parse("192.0.2.7");
  EXPECT_FALSE(ask(elsewhere));
  Request another = post("one");
  another.target = "/api/keys";
  EXPECT_FALSE(ask(another));
}

TEST_F(HttpIdempotency, AnswersAreKeptForTenMinutesAndInBoundedMemory) {
  EXPECT_FALSE(ask(post("old")));
  answer(post("old"), 201);
  now_ += IdempotentAnswers::kKept;
  EXPECT_FALSE(ask(post("old")));
  answer(post("old"), 201);
  for (std::size_t i = 0; i < IdempotentAnswers::kAnswersMax; ++i) {
    const Request each = post("k" + std::to_string(i));
    EXPECT_FALSE(ask(each));
    answer(each, 201);
  }
  EXPECT_EQ(answers_.size(), IdempotentAnswers::kAnswersMax);
  EXPECT_EQ(answers_.counts().dropped, 1u);
  EXPECT_FALSE(ask(post("old")));
}

TEST_F(HttpIdempotency, AKeyThatIsNoneIsRefusedAndNoKeyIsNone) {
  EXPECT_FALSE(IdempotentAnswers::slot_of(Request{}));
  EXPECT_FALSE(IdempotentAnswers::slot_of(post(std::string(256, 'x')))->has_value());
  EXPECT_FALSE(IdempotentAnswers::slot_of(post("a b"))->has_value());
  EXPECT_TRUE(
      IdempotentAnswers::slot_of(post(R"("8e03978e-40d5-43dd-bc93-6894a57f9324")"))->has_value());
}

}  // namespace
}  // namespace confab::http
