#include "platform/store/store_contract.h"

#include <vector>

namespace confab::store {
namespace {

constexpr std::int64_t kDay = 86'400'000;
const Retention kMonths{.chat_days = 30, .room_days = 90, .in_use = {}};

TEST_P(StoreContract, keeps_rooms_and_chat_over_a_restart) {
  SeededRandom random(12);
  const ParticipantId ben = ParticipantId::random(random);
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  ASSERT_TRUE(user_.say("hello '; DROP TABLE chat; --", 2000));
  ASSERT_TRUE(user_.say("psst", 3000, ben));
  user_.close();

  const auto loaded = user_.load("abc-defg-hij");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->room.id, user_.room().id);
  EXPECT_EQ(loaded->room.code, "abc-defg-hij");
  EXPECT_EQ(loaded->room.created_at_ms, 1000);
  ASSERT_EQ(loaded->chat.size(), 2u);
  EXPECT_EQ(loaded->chat[0].text, "hello '; DROP TABLE chat; --");
  EXPECT_EQ(loaded->chat[0].from, user_.ada());
  EXPECT_EQ(loaded->chat[0].from_name, "Ada");
  EXPECT_EQ(loaded->chat[0].sent_at_ms, 2000);
  EXPECT_FALSE(loaded->chat[0].to);
  EXPECT_EQ(loaded->chat[1].to, ben);
  EXPECT_EQ(loaded->chat[1].to_name, "Ben");
}

TEST_P(StoreContract, keeps_every_language_and_odd_characters) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  const std::vector<std::string> texts = {"", "日本語 👍🏽", "\\'\"%s$1{}", "line\nline\ttab",
                                          std::string(8000, 'x')};
  for (const std::string& text : texts) ASSERT_TRUE(user_.say(text, 2000));
  const auto loaded = user_.load("abc-defg-hij");
  ASSERT_EQ(loaded->chat.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(loaded->chat[i].text, texts[i]);
}

TEST_P(StoreContract, refuses_a_second_room_of_the_same_code) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  EXPECT_EQ(user_.create("abc-defg-hij").error().code, ErrorCode::kConflict);
}

TEST_P(StoreContract, counts_what_it_was_asked_and_what_came_of_it) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  ASSERT_FALSE(user_.create("abc-defg-hij"));
  const auto times = user_.store().times().all();
  const auto created = std::ranges::find(times, "create_room", &OperationTimes::operation);
  ASSERT_NE(created, times.end());
  EXPECT_EQ(created->results, (std::array<std::uint64_t, 4>{1, 1, 0, 0}));
  EXPECT_EQ(created->latency.count(), 2u);
}

TEST_P(StoreContract, finds_a_room_by_its_code_and_nothing_where_nothing_is) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  const auto found = user_.find("abc-defg-hij");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, user_.room().id);
  const auto nothing = user_.find("x");
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
  EXPECT_FALSE(user_.load("x"));
}

TEST_P(StoreContract, keeps_what_a_room_is_and_what_becomes_of_it) {
  RoomRecord room{RoomId::parse("rm_00000000000000000000000009").value(), "abc-defg-hij", 1000};
  room.settings = {"Board '; --", true, false, "$argon2id$x", false, true, false};
  room.host_key_hash = "hash";
  room.owner = "ada@example.org";
  ASSERT_TRUE(
      user_.wait<void>([&](auto answer) { user_.store().create_room(room, std::move(answer)); }));
  user_.close();
  const auto found = user_.find(room.code);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->settings, room.settings);
  EXPECT_EQ((*found)->host_key_hash, "hash");
  EXPECT_EQ((*found)->owner, "ada@example.org");
  const RoomSettingsRecord later{"", false, true, "", true, false, true};
  ASSERT_TRUE(user_.wait<void>(
      [&](auto answer) { user_.store().save_settings(room.code, later, std::move(answer)); }));
  ASSERT_TRUE(user_.load(room.code));
  EXPECT_EQ(user_.load(room.code)->room.settings, later);
  EXPECT_EQ(user_.load(room.code)->room.host_key_hash, "hash");
}

TEST_P(StoreContract, a_room_of_before_there_were_settings_is_open) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  const auto loaded = user_.load("abc-defg-hij");
  EXPECT_EQ(loaded->room.settings, RoomSettingsRecord{});
  EXPECT_EQ(loaded->room.host_key_hash, "");
  EXPECT_TRUE(loaded->people.empty());
}

TEST_P(StoreContract, remembers_who_leads_a_room_and_who_is_out_of_it) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  const RoomId room = user_.room().id;
  const std::string code = user_.room().code;
  ASSERT_TRUE(user_.save(PersonRecord{room, "p:1", 2, false, "", "Ada", 1000, code}));
  ASSERT_TRUE(user_.save(PersonRecord{room, "d:x", std::nullopt, true, "bn_1", "Ben", 2000, code}));
  ASSERT_TRUE(user_.save(PersonRecord{room, "p:1", 3, false, "", "Ada", 3000, code}));
  user_.close();
  auto people = user_.load(code)->people;
  ASSERT_EQ(people.size(), 2u);
  EXPECT_EQ(people[0].subject, "p:1") << "what is banned comes last, so that it is never cut off";
  EXPECT_EQ(people[0].role, 3);
  EXPECT_FALSE(people[0].is_out);
  EXPECT_EQ(people[1].subject, "d:x");
  EXPECT_FALSE(people[1].role);
  EXPECT_TRUE(people[1].is_out);
  EXPECT_EQ(people[1].ban, "bn_1");
  EXPECT_EQ(people[1].name, "Ben");
  ASSERT_TRUE(user_.wait<void>(
      [&](auto answer) { user_.store().drop_ban(code, "bn_1", std::move(answer)); }));
  EXPECT_EQ(user_.load(code)->people.size(), 1u);
}

TEST_P(StoreContract, forgets_a_seat_when_no_token_of_it_can_be_good_and_no_ban) {
  ASSERT_TRUE(user_.create("abc-defg-hij", 1000 * kDay));
  const RoomId room = user_.room().id;
  const std::string code = user_.room().code;
  ASSERT_EQ(user_.purge({}, 1000 * kDay).rows, 0u);
  ASSERT_TRUE(user_.save(PersonRecord{room, "p:1", 3, false, "", "Ada", 1000 * kDay, code}));
  ASSERT_TRUE(user_.save(PersonRecord{room, "s:1", 3, false, "", "Ada", 1000 * kDay, code}));
  ASSERT_TRUE(user_.save(PersonRecord{room, "p:2", {}, true, "bn_1", "Ben", 1000 * kDay, code}));
  EXPECT_EQ(user_.purge({}, 1030 * kDay, 30 * 24h).rows, 0u);
  EXPECT_EQ(user_.purge({}, 1032 * kDay, 32 * 24h).rows, 1u);
  EXPECT_EQ(user_.load(code)->people.size(), 2u);
}

TEST_P(StoreContract, a_deleted_room_is_gone_with_all_that_was_in_it) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  ASSERT_TRUE(user_.say("hello", 1000));
  const auto remove = [&] {
    return *user_.wait<bool>(
        [&](auto answer) { user_.store().delete_room("abc-defg-hij", std::move(answer)); });
  };
  EXPECT_TRUE(remove());
  EXPECT_FALSE(remove());
  EXPECT_FALSE(user_.load("abc-defg-hij"));
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  EXPECT_TRUE(user_.load("abc-defg-hij")->chat.empty());
}

TEST_P(StoreContract, gives_the_last_lines_oldest_first) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(user_.say(std::to_string(i), 2000 + i));
  const auto loaded = user_.load("abc-defg-hij", 2);
  ASSERT_EQ(loaded->chat.size(), 2u);
  EXPECT_EQ(loaded->chat[0].text, "3");
  EXPECT_EQ(loaded->chat[1].text, "4");
}

TEST_P(StoreContract, a_load_sees_what_was_said_before_it) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  int kept = 0;
  for (int i = 0; i < 50; ++i) {
    user_.store().append_chat(user_.line(std::to_string(i), 2000),
                              [&](const Result<void>& saved) { kept += saved ? 1 : 0; });
  }
  EXPECT_EQ(user_.load("abc-defg-hij")->chat.size(), 50u);
  EXPECT_EQ(kept, 50);
}

TEST_P(StoreContract, keeps_nothing_for_a_room_that_is_not_there) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  ChatRecord lost = user_.line("hello?", 2000);
  SeededRandom random(13);
  lost.room = RoomId::random(random);
  EXPECT_FALSE(user_.append(lost));
  EXPECT_TRUE(user_.say("hello", 2000)) << "and goes on";
}

TEST_P(StoreContract, purges_old_chat_and_rooms_that_nobody_used) {
  ASSERT_TRUE(user_.create("klm-nopq-rst", 0));
  ASSERT_TRUE(user_.create("abc-defg-hij", 0));
  ASSERT_TRUE(user_.say("old", 70 * kDay));
  ASSERT_TRUE(user_.say("new", 95 * kDay));
  ASSERT_TRUE(user_.load("abc-defg-hij", 200, 95 * kDay));  // which is a use

  EXPECT_EQ(user_.purge({}, 101 * kDay).rows, 0u);
  EXPECT_EQ(user_.purge(kMonths, 101 * kDay).rows, 2u);

  EXPECT_FALSE(user_.load("klm-nopq-rst"));
  const auto left = user_.load("abc-defg-hij");
  ASSERT_TRUE(left);
  ASSERT_EQ(left->chat.size(), 1u);
  EXPECT_EQ(left->chat[0].text, "new");
}

TEST_P(StoreContract, keeps_the_last_token_of_each_until_it_expires) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  SeededRandom random(14);
  const ParticipantId ben = ParticipantId::random(random);
  const auto save = [&](const ParticipantId& who, std::uint64_t generation, std::int64_t until_ms) {
    const TokenRecord token{who, user_.room().id, generation, "once", until_ms, "abc-defg-hij"};
    return user_.wait<void>(
        [&](auto answer) { user_.store().save_token(token, std::move(answer)); });
  };
  ASSERT_TRUE(save(user_.ada(), 1, 9000));
  ASSERT_TRUE(save(user_.ada(), 2, 9500));
  ASSERT_TRUE(save(ben, 7, 6000));
  user_.close();
  const auto loaded = user_.load("abc-defg-hij", 200, 5000);
  ASSERT_EQ(loaded->tokens.size(), 2u);
  EXPECT_EQ(loaded->tokens[0].participant, ben);
  EXPECT_EQ(loaded->tokens[1].participant, user_.ada());
  EXPECT_EQ(loaded->tokens[1].generation, 2u);
  EXPECT_EQ(loaded->tokens[1].attempt, "once");
  EXPECT_EQ(user_.load("abc-defg-hij", 200, 6001)->tokens.size(), 1u);
  EXPECT_EQ(user_.purge({}, 9000).rows, 1u);
  EXPECT_EQ(user_.load("abc-defg-hij", 200, 5000)->tokens.size(), 1u);
}

TEST_P(StoreContract, a_room_that_people_are_in_or_write_in_is_not_old) {
  ASSERT_TRUE(user_.create("abc-defg-hij", 0));
  const RoomId in_use = user_.room().id;
  ASSERT_TRUE(user_.create("klm-nopq-rst", 0));
  ASSERT_TRUE(user_.say("still here", 99 * kDay));
  Retention retention = kMonths;
  retention.in_use = {in_use};
  EXPECT_EQ(user_.purge(retention, 100 * kDay).rows, 0u);
  EXPECT_TRUE(user_.load("abc-defg-hij"));
  EXPECT_TRUE(user_.load("klm-nopq-rst"));
}

TEST_P(StoreContract, deletes_in_steps_that_nobody_has_to_wait_for) {
  ASSERT_TRUE(user_.create("abc-defg-hij", 0));
  for (int i = 0; i < 700; ++i) {
    user_.store().append_chat(user_.line("x", i), [](const Result<void>&) {});
  }
  // Asked about the room, it is answered after what was said there; upkeep has no such order.
  ASSERT_TRUE(user_.find("abc-defg-hij"));
  const Retention rooms{.chat_days = 0, .room_days = 90, .in_use = {}};
  const Purged first = user_.purge(rooms, 101 * kDay);
  EXPECT_TRUE(first.is_more);
  EXPECT_EQ(first.rows, 500u);
  const Purged second = user_.purge(rooms, 101 * kDay);
  EXPECT_FALSE(second.is_more);
  EXPECT_EQ(second.rows, 201u);
}

TEST_P(StoreContract, a_start_with_the_clock_100_days_ahead_deletes_nothing) {
  ASSERT_TRUE(user_.create("abc-defg-hij", 1000 * kDay));
  ASSERT_TRUE(user_.say("yesterday", 1000 * kDay));
  ASSERT_EQ(user_.purge(kMonths, 1000 * kDay + 1).rows, 0u);
  user_.close();

  const Purged purged = user_.purge(kMonths, 1100 * kDay);
  EXPECT_EQ(purged.rows, 0u);
  EXPECT_GT(purged.clock_disbelieved, 99 * std::chrono::hours(24));
  EXPECT_EQ(user_.purge(kMonths, 1100 * kDay, 24h).rows, 0u);
  // And when it is right again, all is as before.
  EXPECT_EQ(user_.purge(kMonths, 1002 * kDay, 48h).clock_disbelieved, 0s);
  ASSERT_EQ(user_.load("abc-defg-hij")->chat.size(), 1u);
}

TEST_P(StoreContract, what_is_made_with_the_clock_in_1970_outlives_that) {
  ASSERT_TRUE(user_.create("abc-defg-hij", 1000 * kDay));
  ASSERT_EQ(user_.purge(kMonths, 1000 * kDay).rows, 0u);
  ASSERT_TRUE(user_.create("klm-nopq-rst", 60'000));
  ASSERT_TRUE(user_.say("is it 1970?", 60'000));
  EXPECT_EQ(user_.purge(kMonths, 1001 * kDay, 24h).rows, 0u);
  EXPECT_EQ(user_.load("klm-nopq-rst")->chat.size(), 1u);
}

TEST_P(StoreContract, keeps_the_database_s_own_words_for_the_log) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  place_->execute("DROP TABLE chat");
  const auto said = user_.say("lost", 1);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, ErrorCode::kInternal) << "to try again helps nobody";
  EXPECT_EQ(said.error().message.find("chat"), std::string::npos) << said.error().message;
  EXPECT_NE(user_.log().text().find("store_failed"), std::string::npos) << user_.log().text();
}

TEST_P(StoreContract, says_that_it_works) {
  EXPECT_TRUE(user_.check());
  EXPECT_TRUE(user_.check());
}

TEST_P(StoreContract, finishes_what_was_asked_before_it_goes) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  for (int i = 0; i < 100; ++i) {
    user_.store().append_chat(user_.line("x", i), [](const Result<void>&) {});
  }
  user_.close();
  for (int i = 0; i < 100; ++i) user_.answers().run_one();
  EXPECT_EQ(user_.load("abc-defg-hij")->chat.size(), 100u);
}

}  // namespace
}  // namespace confab::store
