#include "gtest/gtest.h"
#include "service/access/access.h"

namespace confab::access {
namespace {

Caller by_token(const auth::VideoGrant& video) {
  return {"token:AK/ada", "", auth::scopes_of(video), video, {}};
}
Caller by_key(std::string_view scopes) {
  return {"key:AK", "AK", *auth::Scopes::parse(scopes), {}, {}};
}

TEST(Caller, with_room_admin_for_one_room_leads_that_one_alone) {
  const Caller caller = by_token({.room_admin = true, .room = "ABCDEFGHIJ"});
  EXPECT_TRUE(leads(caller, "abc-defg-hij"));
  EXPECT_FALSE(leads(caller, "abc-defg-hik"));
  EXPECT_FALSE(leads(by_token({.room_admin = true}), "abc-defg-hij"));
}

TEST(Caller, whose_token_grants_something_else_leads_nothing) {
  EXPECT_FALSE(leads(by_token({.room_list = true, .room = "abc-defg-hij"}), "abc-defg-hij"));
  EXPECT_FALSE(leads(by_token({.room_create = true, .room = "abc-defg-hij"}), "abc-defg-hij"));
  EXPECT_FALSE(leads(by_token({.room_join = true, .room = "abc-defg-hij"}), "abc-defg-hij"));
}

TEST(Caller, with_a_key_of_the_scope_rooms_leads_every_room_and_makes_them) {
  EXPECT_TRUE(leads(by_key("rooms"), "abc-defg-hij"));
  EXPECT_TRUE(makes_rooms(by_key("rooms")));
  EXPECT_FALSE(leads(by_key("join,tokens,keys,ops,webhooks"), "abc-defg-hij"));
  EXPECT_FALSE(makes_rooms(by_key("join,tokens,keys,ops,webhooks")));
}

TEST(Caller, makes_rooms_with_room_create_alone) {
  EXPECT_TRUE(makes_rooms(by_token({.room_create = true})));
  EXPECT_FALSE(makes_rooms(by_token({.room_admin = true, .room = "abc-defg-hij"})));
  EXPECT_FALSE(makes_rooms(by_token({.room_list = true})));
}

}  // namespace
}  // namespace confab::access
