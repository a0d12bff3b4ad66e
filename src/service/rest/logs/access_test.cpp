#include "service/rest/logs/access.h"

#include <gtest/gtest.h>

namespace confab::logs {
namespace {

constexpr const char* kToken = "0123456789abcdef0123456789abcdef";
const Instant kNow = Instant{} + 1h;
const IpAddress kHere = *IpAddress::parse("203.0.113.7");
const IpAddress kThere = *IpAddress::parse("203.0.113.8");

Access::Shown with_session(std::string session) {
  return {.from = kHere, .session = std::move(session), .bearer = ""};
}

TEST(LogsAccess, WithoutATokenNobodyIsAsked) {
  SeededRandom random(1);
  Access access("", random);
  EXPECT_FALSE(access.asks());
  EXPECT_TRUE(access.may(kNow, {}).has_value());
}

TEST(LogsAccess, WhoShowsTheTokenHasASessionUntilItEnds) {
  SeededRandom random(1);
  Access access(kToken, random);
  EXPECT_FALSE(access.may(kNow, {}).has_value());
  const auto session = access.sign_in(kNow, kHere, kToken);
  ASSERT_TRUE(session.has_value());
  EXPECT_GE(session->size(), 43u) << "256 bits";
  EXPECT_TRUE(access.may(kNow, with_session(*session)).has_value());
  EXPECT_FALSE(access.may(kNow, with_session(*session + "x")).has_value());
  EXPECT_FALSE(access.may(kNow + Access::kLifetime, with_session(*session)).has_value());
  EXPECT_FALSE(access.may(kNow, with_session(*session)).has_value()) << "what has ended is gone";
}

TEST(LogsAccess, WhoSignsOutIsOutAndTheOthersAreNot) {
  SeededRandom random(1);
  Access access(kToken, random);
  const auto one = access.sign_in(kNow, kHere, kToken), other = access.sign_in(kNow, kHere, kToken);
  ASSERT_NE(*one, *other);
  access.sign_out(with_session(*one));
  EXPECT_FALSE(access.may(kNow, with_session(*one)).has_value());
  EXPECT_TRUE(access.may(kNow, with_session(*other)).has_value());
}

TEST(LogsAccess, AProgramShowsTheTokenWithEachRequest) {
  SeededRandom random(1);
  Access access(kToken, random);
  EXPECT_TRUE(access.may(kNow, {.from = kHere, .bearer = kToken}).has_value());
  EXPECT_FALSE(access.may(kNow, {.from = kHere, .bearer = "guess"}).has_value());
}

TEST(LogsAccess, WhoGuessesIsSlowedDownByAddressAndNotToldWhetherTheLastWasRight) {
  SeededRandom random(1);
  Access access(kToken, random);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(access.sign_in(kNow, kHere, "guess").error(), Access::Refusal::kWrong);
  }
  EXPECT_EQ(access.sign_in(kNow, kHere, kToken).error(), Access::Refusal::kTooMany);
  EXPECT_EQ(access.may(kNow, {.from = kHere, .bearer = kToken}).error(), Access::Refusal::kTooMany);
  EXPECT_TRUE(access.sign_in(kNow, kThere, kToken).has_value());
  EXPECT_TRUE(access.sign_in(kNow + 11s, kHere, kToken).has_value());
  EXPECT_EQ(access.counts().wrong, 5u);
  EXPECT_EQ(access.counts().too_many, 2u);
}

TEST(LogsAccess, SessionsAreAsManyAsThereMayBeAndTheOldestGoes) {
  SeededRandom random(1);
  Access access(kToken, random);
  const auto first = access.sign_in(kNow, kHere, kToken);
  for (std::size_t i = 0; i < Access::kSessionsMax; ++i) {
    ASSERT_TRUE(access.sign_in(kNow + 1s, kHere, kToken).has_value());
  }
  EXPECT_FALSE(access.may(kNow + 1s, with_session(*first)).has_value());
}

TEST(LogsAccess, TheCookieIsForThisApiAloneAndForNoScript) {
  http::Request request;
  request.headers = {{"Cookie", "a=b; confab_logs=abc; confab_logs2=x"}};
  EXPECT_EQ(shown_by(request).session, "abc");
  const std::string plain = session_cookie(request, "abc");
  for (const char* part : {"HttpOnly", "SameSite=Strict", "Path=/api/logs", "Max-Age=43200"}) {
    EXPECT_TRUE(plain.contains(part)) << plain;
  }
  EXPECT_FALSE(plain.contains("Secure"));
  request.is_tls = true;
  EXPECT_TRUE(session_cookie(request, "abc").contains("Secure"));
  EXPECT_TRUE(session_cookie(request, "").contains("Max-Age=0"));
}

}  // namespace
}  // namespace confab::logs
