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
  using Caller = IdempotentAnswers::Caller;

  std::optional<Response> ask(const Request& request, Caller caller = Caller::kVerified) {
    return answers_.begin(**IdempotentAnswers::slot_of(request, caller), now_);
  }
  void answer(const Request& request, unsigned status, Caller caller = Caller::kVerified) {
    answers_.finish(**IdempotentAnswers::slot_of(request, caller), Response::json(status, "made"),
                    now_);
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
  Request another = post("one");
  another.target = "/api/keys";
  EXPECT_FALSE(ask(another));
}

TEST_F(HttpIdempotency, WhoIsSignedInGetsTheirAnswerFromWhicheverBrowserAndNobodyElseDoes) {
  Request desk = post("one");
  desk.headers.emplace_back("Cookie", "session=a");
  const auto of = [&](const std::string& who) {
    return **IdempotentAnswers::slot_of(desk, Caller::kVerified, who);
  };
  const auto ada = of("account:ac_1");
  EXPECT_FALSE(answers_.begin(ada, now_));
  answers_.finish(ada, Response{201, {}, {}, nullptr}, now_);
  EXPECT_TRUE(answers_.begin(of("account:ac_1"), now_));
  EXPECT_FALSE(answers_.begin(of("account:ac_2"), now_));
  EXPECT_FALSE(ask(post("one"))) << "nor who shows nothing";
}

TEST_F(HttpIdempotency, OfWhatAnybodyMayAskTheAddressTellsApartAndTheKeyIsNotToBeGuessed) {
  const std::string key(IdempotentAnswers::kUnguessableKeyChars, 'k');
  EXPECT_FALSE(ask(post(key), Caller::kAnybody));
  answer(post(key), 201, Caller::kAnybody);
  // Shown, and never looked at: no reason to be somebody else, nor to be the same.
  Request shown = post(key);
  shown.headers.emplace_back("Authorization", "Bearer undefined");
  shown.headers.emplace_back("Cookie", "lang=en");
  EXPECT_TRUE(ask(shown, Caller::kAnybody));
  shown.remote.address = *IpAddress::parse("192.0.2.7");
  EXPECT_FALSE(ask(shown, Caller::kAnybody));
  const auto brief = IdempotentAnswers::slot_of(post("one"), Caller::kAnybody);
  ASSERT_FALSE(*brief);
  EXPECT_EQ(brief->error().code, ErrorCode::kInvalidArgument);
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
  EXPECT_FALSE(IdempotentAnswers::slot_of(Request{}, Caller::kVerified));
  EXPECT_FALSE(
      IdempotentAnswers::slot_of(post(std::string(256, 'x')), Caller::kVerified)->has_value());
  EXPECT_FALSE(IdempotentAnswers::slot_of(post("a b"), Caller::kVerified)->has_value());
  EXPECT_TRUE(IdempotentAnswers::slot_of(post(R"("8e03978e-40d5-43dd-bc93-6894a57f9324")"),
                                         Caller::kAnybody)
                  ->has_value());
}

}  // namespace
}  // namespace confab::http
