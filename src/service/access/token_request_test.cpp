#include "service/access/token_request.h"

#include "gtest/gtest.h"

namespace confab::access {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;

class TokenRequest : public testing::Test {
 protected:
  Result<auth::Claims> read(std::string_view body) {
    return read_token_request(body, kNow, random_);
  }
  std::string error(std::string_view body) {
    const auto claims = read(body);
    return claims ? "" : claims.error().message;
  }
  SeededRandom random_{1};
};

TEST_F(TokenRequest, with_a_room_and_a_name_lets_somebody_into_that_room_for_six_hours) {
  const auto claims = read(R"({"room":"abc-defg-hij","identity":"ada","name":"Ada"})");
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_TRUE(claims->video.room_join);
  EXPECT_EQ(claims->video.room, "abc-defg-hij");
  EXPECT_EQ(claims->subject, "ada");
  EXPECT_EQ(claims->issued_at_s, kNow);
  EXPECT_EQ(claims->expires_at_s, kNow + kTokenLifetimeS);
  EXPECT_TRUE(claims->id.starts_with("tk_"));
  EXPECT_NE(claims->id, read("{}")->id);
}

TEST_F(TokenRequest, takes_claims_by_their_names) {
  const auto claims = read(
      R"({"sub":"u","role":"cohost","lobby":"bypass","ttl":60,"video":{"roomAdmin":true,"room":"x"}})");
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_EQ(claims->role, auth::TokenRole::kCohost);
  EXPECT_EQ(claims->lobby, auth::LobbyClaim::kBypass);
  EXPECT_TRUE(claims->video.room_admin);
  EXPECT_EQ(claims->expires_at_s, kNow + 60);
}

TEST_F(TokenRequest, says_what_is_wrong_with_it) {
  for (const char* none : {"[]", "null", "7", R"("x")", "true"}) {
    EXPECT_EQ(error(none), "expected an object") << none;
  }
  EXPECT_NE(error("{"), "");
  EXPECT_TRUE(error(R"({"ttl":86401})").contains("ttl"));
  EXPECT_TRUE(error(R"({"ttl":0})").contains("ttl"));
  EXPECT_TRUE(error(R"({"exp":1})").contains("exp"));
  EXPECT_TRUE(error(R"({"jti":"mine"})").contains("jti"));
  EXPECT_TRUE(error(R"({"room":"x","video":{}})").contains("room"));
  EXPECT_TRUE(error(R"({"room":7})").contains("video.room"));
  EXPECT_TRUE(error(R"({"role":"king"})").contains("role"));
}

}  // namespace
}  // namespace confab::access
