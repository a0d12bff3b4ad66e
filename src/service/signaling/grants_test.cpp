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

TEST(Grants, of_nobody_with_a_host_key_are_for_the_meeting_to_judge) {
  call::Join join;
  join.room = "abc-defg-hij";
  join.host_key_hash = "hash";
  EXPECT_FALSE(take_grants(std::nullopt, true, join));
  EXPECT_FALSE(join.must_own);
  EXPECT_FALSE(take_grants(std::nullopt, false, join));
  EXPECT_TRUE(join.must_own);
}

TEST(Grants, of_who_is_signed_in_are_an_identity_and_no_role) {
  call::Join join;
  join.attempt = "0123456789abcdefghijkl";
  take_account({"account:ac_1", "Ada"}, join);
  EXPECT_EQ(join.name, "Ada");
  EXPECT_EQ(join.grant->identity, "account:ac_1");
  EXPECT_FALSE(join.grant->role || join.grant->is_room_admin || join.grant->bypasses_lobby);
  EXPECT_NE(join.attempt, "0123456789abcdefghijkl") << "found again by the same person alone";
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

TEST(Grants, of_a_token_end_with_it_on_a_socket_that_is_open) {
  std::optional<auth::Refusal> refusal;
  const TokenCheck check =
      [&](std::string_view text) -> std::expected<auth::Claims, auth::Refusal> {
    EXPECT_EQ(text, "the token");
    if (refusal) return std::unexpected(*refusal);
    return token("abc-defg-hij");
  };
  EXPECT_EQ((*claims_now("the token", check))->subject, "ada");
  refusal = auth::Refusal::kExpired;
  EXPECT_EQ(claims_now("the token", check).error().code, ErrorCode::kUnauthenticated);
  refusal = auth::Refusal::kRevoked;
  EXPECT_EQ(claims_now("the token", check).error().code, ErrorCode::kUnauthenticated);
  refusal = auth::Refusal::kNotReady;
  EXPECT_EQ(claims_now("the token", check).error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(*claims_now("", check)) << "none was shown";
}

TEST(Grants, of_a_token_are_told_to_the_meeting) {
  auth::Claims claims = token("abc-defg-hij");
  claims.issuer = "AK12";
  claims.role = auth::TokenRole::kCohost;
  claims.lobby = auth::LobbyClaim::kBypass;
  claims.video.sources = 0b0010;
  claims.video.can_publish_data = false;
  call::Join join;
  join.room = "ABCDEFGHIJ";
  ASSERT_FALSE(take_grants(claims, true, join));
  ASSERT_TRUE(join.grant);
  EXPECT_EQ(join.grant->identity, "AK12\nada");
  EXPECT_EQ(join.grant->room, "abc-defg-hij");
  EXPECT_EQ(join.grant->role, call::Role::kCohost);
  EXPECT_TRUE(join.grant->bypasses_lobby);
  EXPECT_EQ(join.grant->sources, 0b0010);
  EXPECT_EQ(join.grant->can_publish_data, false);
  EXPECT_FALSE(join.grant->is_room_admin);
}

TEST(Grants, of_a_join_that_is_asked_again_are_for_the_same_identity) {
  const auto attempt_of = [](const std::optional<auth::Claims>& claims, std::string attempt) {
    call::Join join;
    join.room = "abc-defg-hij";
    join.attempt = std::move(attempt);
    EXPECT_FALSE(take_grants(claims, true, join));
    return join.attempt;
  };
  const std::string attempt = "0123456789abcdefghijkl";
  auth::Claims eve = token("");
  eve.subject = "eve";
  EXPECT_EQ(attempt_of(std::nullopt, attempt), attempt);
  EXPECT_EQ(attempt_of(token(""), attempt), attempt_of(token(""), attempt));
  EXPECT_NE(attempt_of(token(""), attempt), attempt);
  EXPECT_NE(attempt_of(token(""), attempt), attempt_of(eve, attempt));
  EXPECT_EQ(attempt_of(token(""), "1"), "1") << "one that anybody may choose stays too short";
}

TEST(Grants, that_say_nothing_of_the_chat_leave_it_to_the_role) {
  call::Join join;
  join.room = "abc-defg-hij";
  ASSERT_FALSE(take_grants(token(""), true, join));
  EXPECT_FALSE(join.grant->can_publish_data);
  EXPECT_FALSE(join.grant->sources);
}

TEST(Grants, of_a_viewer_who_is_granted_to_send_are_heard) {
  auth::Claims claims = token("");
  claims.role = auth::TokenRole::kViewer;
  claims.video.sources = auth::kAllTokenSources;
  claims.video.can_publish_data = true;
  call::Join join;
  join.room = "abc-defg-hij";
  ASSERT_FALSE(take_grants(claims, true, join));
  EXPECT_EQ(join.grant->sources, control::kAllSources);
  EXPECT_EQ(join.grant->can_publish_data, true);
}

TEST(Grants, of_a_viewer_who_is_granted_nothing_more_are_none_to_send) {
  auth::Claims claims = token("");
  claims.role = auth::TokenRole::kViewer;
  claims.video.room_admin = true;
  call::Join join;
  join.room = "abc-defg-hij";
  ASSERT_FALSE(take_grants(claims, true, join));
  EXPECT_EQ(join.grant->role, call::Role::kViewer);
  EXPECT_FALSE(join.grant->sources) << "as the role has: none";
  EXPECT_FALSE(join.grant->is_room_admin) << "of no room that it names";
}

}  // namespace
}  // namespace confab::signaling
