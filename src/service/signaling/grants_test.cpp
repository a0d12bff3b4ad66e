#include "service/signaling/grants.h"

#include "gtest/gtest.h"

namespace confab::signaling {
namespace {

auth::Claims token(std::string room) {
  auth::Claims out;
  out.subject = "ada";
  out.name = "Ada";
  out.video.room_join = true;
  out.video.room = std::move(room);
  return out;
}

std::string verdict(const std::optional<auth::Claims>& claims, bool may_be_anonymous = true) {
  call::Join join;
  join.room = "ABCDEFGHIJ";
  const auto error = take_grants(claims, may_be_anonymous, join);
  return error ? std::string(error_code_name(error->code)) : "";
}

TEST(Grants, of_nobody_let_people_in_unless_the_operator_wants_tokens) {
  EXPECT_EQ(verdict(std::nullopt), "");
  EXPECT_EQ(verdict(std::nullopt, false), "unauthenticated");
  EXPECT_EQ(verdict(token(""), false), "");
}

TEST(Grants, are_for_the_room_that_the_token_names_in_any_spelling) {
  EXPECT_EQ(verdict(token("abc-defg-hij")), "");
  EXPECT_EQ(verdict(token("abc-defg-hik")), "forbidden");
  EXPECT_EQ(verdict(token("*")), "forbidden");
  EXPECT_EQ(verdict(token("")), "");
}

TEST(Grants, without_room_join_are_none_to_join_with) {
  auth::Claims claims = token("abc-defg-hij");
  claims.video.room_join = false;
  claims.video.room_admin = true;
  EXPECT_EQ(verdict(claims), "forbidden");
}

TEST(Grants, give_a_name_to_who_says_none) {
  call::Join join;
  join.room = "abc-defg-hij";
  EXPECT_FALSE(take_grants(token(""), true, join));
  EXPECT_EQ(join.name, "Ada");
  join.name = "Countess";
  EXPECT_FALSE(take_grants(token(""), true, join));
  EXPECT_EQ(join.name, "Countess");
}

}  // namespace
}  // namespace confab::signaling
