#include "service/access/access.h"

#include "gtest/gtest.h"
#include "service/access/access_api.h"
#include "service/access/key_source.h"

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

TEST(Caller, lists_rooms_with_room_list_or_a_key_of_the_scope_rooms_alone) {
  EXPECT_TRUE(lists_rooms(by_token({.room_list = true})));
  EXPECT_FALSE(lists_rooms(by_token({.room_create = true, .room_admin = true})));
  EXPECT_TRUE(lists_rooms(by_key("rooms")));
  EXPECT_FALSE(lists_rooms(by_key("join,tokens,keys,ops,webhooks")));
}

TEST(Caller, makes_rooms_with_room_create_alone) {
  EXPECT_TRUE(makes_rooms(by_token({.room_create = true})));
  EXPECT_FALSE(makes_rooms(by_token({.room_admin = true, .room = "abc-defg-hij"})));
  EXPECT_FALSE(makes_rooms(by_token({.room_list = true})));
}

TEST(TokensOfAKey, are_made_and_revoked_twenty_at_once_and_then_one_a_second) {
  KeyRates rates;
  const Instant now = Instant{} + 1h;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(rates.take("AK1", now));
  EXPECT_FALSE(rates.take("AK1", now));
  EXPECT_TRUE(rates.take("AK2", now)) << "of each key";
  EXPECT_TRUE(rates.take("AK1", now + 1s));
  EXPECT_FALSE(rates.take("AK1", now + 1s));
}

TEST(AuditLog, names_a_room_by_its_id_and_never_by_the_code_that_lets_people_in) {
  EXPECT_EQ(audit_target("/api/rooms/abc-defg-hij", "rm_1"), "room:rm_1");
  EXPECT_EQ(audit_target("/api/rooms/ABCDEFGHIJ/mute-all", "rm_1"), "room:rm_1 mute-all");
  EXPECT_EQ(audit_target("/api/rooms/abc-defg-hij/participants/pt_2/mute", "rm_1"),
            "room:rm_1 participants/pt_2/mute");
  EXPECT_EQ(audit_target("abc-defg-hij", "rm_1"), "room:rm_1");
}

TEST(Revocations, of_nodes_whose_clocks_are_minutes_apart_are_not_missed) {
  constexpr std::int64_t kNow = 1'700'000'000'000;
  constexpr std::int64_t kMinute = 60'000;
  // One came from a node that is 5 minutes ahead; another comes from one that is 9 minutes behind.
  EXPECT_LE(reread_from_ms(kNow + 5 * kMinute, kNow), kNow - 9 * kMinute);
  // The newest is old: no more than what came since, and a bit before.
  EXPECT_EQ(reread_from_ms(kNow - 60 * kMinute, kNow), kNow - 70 * kMinute);
  EXPECT_EQ(reread_from_ms(0, kNow), 0) << "all of them at first";
}

TEST(Revocations, are_kept_for_as_long_as_the_token_may_be_good) {
  constexpr std::int64_t kDayMs = 86'400'000;
  EXPECT_GT(revoked_until_ms(true, 0), kDayMs);
  EXPECT_LT(revoked_until_ms(true, 0), 2 * kDayMs);
  EXPECT_GT(revoked_until_ms(false, 0), 90 * kDayMs);
}

}  // namespace
}  // namespace confab::access
