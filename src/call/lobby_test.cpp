// Doors: a lobby, a lock, a password, and who need not mind them.
#include "call/meeting.h"
#include "call/testing.h"

namespace confab::call {
namespace {

using testing::World;

class LobbyTest : public ::testing::Test {
 protected:
  LobbyTest() {
    Room& room = world.rooms.at(World::kRoom);
    room.host_key_hash = "hash";
    room.settings.title = "Board";
    room.settings.has_lobby = true;
  }

  JoinedMeeting enter_as_host(ConnectionId from) {
    Join join = World::newcomer("Hana");
    join.host_key_hash = "hash";
    world.ask(from, std::move(join));
    return world.answer<JoinedMeeting>(from);
  }
  InLobby knock(ConnectionId from, const std::string& name) {
    world.ask(from, World::newcomer(name));
    return world.answer<InLobby>(from);
  }
  static Join with_knock(const InLobby& waits) {
    Join join = World::newcomer(waits.waiting.name);
    join.knock = waits.knock;
    return join;
  }

  World world;
};

TEST_F(LobbyTest, who_knocks_waits_and_comes_in_when_admitted) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  const ConnectionId b = world.connect();
  const InLobby waits = knock(b, "Ben");
  EXPECT_EQ(waits.title, "Board");
  EXPECT_EQ(world.told<LobbyKnocked>(h).at(0).waiting.name, "Ben");
  EXPECT_EQ(world.call.counts().participants, 1u);
  world.ask(b, GetState{});
  EXPECT_EQ(world.refusal(b), ErrorCode::kConflict) << "and sees nothing of the meeting";

  world.ask(h, AdmitWaiting{waits.waiting.id});
  world.answer<Done>(h);
  EXPECT_EQ(world.told<LobbyAdmitted>(b).size(), 1u);
  EXPECT_EQ(world.told<LobbyLeft>(h).at(0).outcome, LobbyOutcome::kAdmitted);
  world.ask(b, with_knock(waits));
  EXPECT_EQ(world.answer<JoinedMeeting>(b).state.participants.size(), 1u);
  world.ask(h, GetState{});
  EXPECT_TRUE(world.answer<State>(h).lobby->empty());
}

TEST_F(LobbyTest, the_host_who_reloads_in_a_locked_room_with_a_lobby_and_a_password_is_host) {
  Room& room = world.rooms.at(World::kRoom);
  room.settings.is_locked = true;
  room.settings.password_hash = "hash of sesame";
  ConnectionId h = world.connect();
  const JoinedMeeting before = enter_as_host(h);
  world.happen(ConnectionLost{h});
  h = world.connect();
  EXPECT_EQ(world.resume(h, before, false).state.self.role, Role::kHost);
  world.happen(ConnectionClosed{h});
  EXPECT_EQ(enter_as_host(world.connect()).state.self.role, Role::kHost) << "another device";
}

TEST_F(LobbyTest, a_knock_survives_a_reload_and_is_not_a_second_one) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  ConnectionId b = world.connect();
  const InLobby waits = knock(b, "Ben");
  world.happen(ConnectionLost{b});
  b = world.connect();
  world.ask(b, with_knock(waits));
  EXPECT_EQ(world.answer<InLobby>(b).waiting.id, waits.waiting.id);
  EXPECT_EQ(world.told<LobbyKnocked>(h).size(), 1u);
  world.pass(60s);
  EXPECT_TRUE(world.told<LobbyLeft>(h).empty()) << "its place is kept while it is there";
  // Admitted while the page is away: it comes in by the same knock.
  world.happen(ConnectionLost{b});
  world.ask(h, AdmitAll{});
  EXPECT_EQ(world.answer<Counted>(h).count, 1u);
  b = world.connect();
  world.ask(b, with_knock(waits));
  world.answer<JoinedMeeting>(b);
}

TEST_F(LobbyTest, who_goes_away_for_good_is_taken_off_the_list) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  const ConnectionId b = world.connect();
  knock(b, "Ben");
  const ConnectionId c = world.connect();
  knock(c, "Cleo");
  world.happen(ConnectionLost{b});
  world.ask(c, Leave{});
  world.answer<Done>(c);
  EXPECT_EQ(world.told<LobbyLeft>(h).size(), 1u);
  world.pass(31s);
  EXPECT_EQ(world.told<LobbyLeft>(h).at(0).outcome, LobbyOutcome::kLeft);
  world.happen(ConnectionClosed{h});
  EXPECT_EQ(world.call.counts().meetings, 0u);
}

TEST_F(LobbyTest, who_was_admitted_and_does_not_come_holds_no_place) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  const ConnectionId b = world.connect();
  const InLobby waits = knock(b, "Ben");
  world.ask(h, AdmitWaiting{waits.waiting.id});
  world.pass(31s);
  world.ask(b, with_knock(waits));
  EXPECT_NE(world.answer<InLobby>(b).waiting.id, waits.waiting.id) << "it knocks anew";
}

TEST_F(LobbyTest, who_is_denied_is_told_and_may_knock_again) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  const ConnectionId b = world.connect();
  const InLobby waits = knock(b, "Ben");
  world.ask(h, DenyWaiting{waits.waiting.id});
  EXPECT_EQ(world.told<LobbyDenied>(b).size(), 1u);
  EXPECT_EQ(world.told<LobbyLeft>(h).at(0).outcome, LobbyOutcome::kDenied);
  EXPECT_NE(knock(b, "Ben").waiting.id, waits.waiting.id);
}

TEST_F(LobbyTest, who_is_denied_while_offline_hears_it_and_does_not_knock_again_by_itself) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  const ConnectionId b = world.connect();
  const InLobby waits = knock(b, "Ben");
  world.happen(ConnectionLost{b});
  world.ask(h, DenyWaiting{waits.waiting.id});
  world.told<LobbyKnocked>(h);
  const ConnectionId again = world.connect();
  world.ask(again, with_knock(waits));
  EXPECT_EQ(world.refusal(again), ErrorCode::kForbidden);
  EXPECT_TRUE(world.told<LobbyKnocked>(h).empty());
  world.pass(31s);
  world.ask(again, with_knock(waits));
  EXPECT_NE(world.answer<InLobby>(again).waiting.id, waits.waiting.id) << "it asks anew by then";
}

TEST_F(LobbyTest, the_first_host_who_comes_finds_who_waits) {
  const ConnectionId b = world.connect();
  knock(b, "Ben");
  const ConnectionId h = world.connect();
  const JoinedMeeting host = enter_as_host(h);
  ASSERT_TRUE(host.state.lobby);
  ASSERT_EQ(host.state.lobby->size(), 1u);
  EXPECT_EQ(host.state.lobby->at(0).name, "Ben");
}

TEST_F(LobbyTest, hosts_write_to_those_who_wait_and_later_ones_read_it_too) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  const ConnectionId b = world.connect();
  const InLobby ben = knock(b, "Ben");
  world.ask(h, WriteToLobby{"five minutes"});
  EXPECT_EQ(world.told<LobbyMessage>(b).at(0).text, "five minutes");
  const ConnectionId c = world.connect();
  EXPECT_EQ(knock(c, "Cleo").message->text, "five minutes");
  world.ask(h, WriteToLobby{"you first", ben.waiting.id});
  EXPECT_EQ(world.told<LobbyMessage>(b).size(), 1u);
  EXPECT_TRUE(world.told<LobbyMessage>(c).empty());
  world.ask(h, WriteToLobby{std::string(501, 'x')});
  EXPECT_EQ(world.refusal(h), ErrorCode::kTooLarge);
}

TEST_F(LobbyTest, turning_the_lobby_off_lets_everybody_in) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  const ConnectionId b = world.connect();
  const InLobby ben = knock(b, "Ben");
  world.ask(h, SetRoom{.has_lobby = false});
  EXPECT_EQ(world.told<LobbyAdmitted>(b).size(), 1u);
  world.ask(b, with_knock(ben));
  world.answer<JoinedMeeting>(b);
}

TEST_F(LobbyTest, who_was_in_before_need_not_knock_again) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  ConnectionId b = world.connect();
  const InLobby waits = knock(b, "Ben");
  world.ask(h, AdmitAll{});
  world.ask(b, with_knock(waits));
  const JoinedMeeting ben = world.answer<JoinedMeeting>(b);
  world.happen(ConnectionLost{b});
  world.pass(31s);
  b = world.connect();
  EXPECT_TRUE(world.resume(b, ben, false).resumed);
}

TEST_F(LobbyTest, a_token_that_says_so_passes_by_the_lobby_and_not_by_the_lock) {
  Join join = World::newcomer("Vip");
  join.grant = Grant{.bypasses_lobby = true};
  ConnectionId v = world.connect();
  world.ask(v, join);
  world.answer<JoinedMeeting>(v);
  world.operate(SetLock{true});
  v = world.connect();
  world.ask(v, join);
  EXPECT_EQ(world.refusal(v), ErrorCode::kForbidden);
}

TEST_F(LobbyTest, one_network_does_not_fill_the_lobby_and_neither_does_anybody) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  std::size_t waiting = 0;
  for (int network = 0; network < 15; ++network) {
    for (std::size_t i = 0; i <= kLobbyPerAddressMax; ++i) {
      world.pass(2s);
      Join join = World::newcomer("Ghost");
      join.from = *IpAddress::parse("192.0.2." + std::to_string(network + 1));
      const ConnectionId c = world.connect();
      world.ask(c, std::move(join));
      if (world.if_answered<InLobby>(c)) {
        ++waiting;
      } else {
        EXPECT_EQ(world.refusal(c), ErrorCode::kFull);
      }
    }
    EXPECT_LE(waiting, kLobbyPerAddressMax * static_cast<std::size_t>(network + 1));
  }
  EXPECT_EQ(waiting, kLobbyMax);
}

TEST_F(LobbyTest, knocking_too_quickly_is_refused) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  int refused = 0;
  for (int i = 0; i < 30; ++i) {
    Join join = World::newcomer("Ghost");
    join.from = *IpAddress::parse("192.0.2." + std::to_string(i + 1));
    const ConnectionId c = world.connect();
    world.ask(c, std::move(join));
    if (!world.if_answered<InLobby>(c)) {
      EXPECT_EQ(world.refusal(c), ErrorCode::kRateLimited);
      ++refused;
    }
  }
  EXPECT_EQ(refused, 10);
}

TEST_F(LobbyTest, an_app_that_knows_no_lobby_is_told_so) {
  Join join = World::newcomer("Old");
  join.alias = "so_old";
  const ConnectionId c = world.connect();
  world.ask(c, std::move(join));
  EXPECT_EQ(world.refusal(c), ErrorCode::kForbidden);
  EXPECT_EQ(world.call.counts().meetings, 0u);
}

TEST_F(LobbyTest, a_lock_keeps_newcomers_out_and_who_knocked_before_waits_on) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  const ConnectionId b = world.connect();
  const InLobby waits = knock(b, "Ben");
  world.ask(h, SetLock{true});
  EXPECT_TRUE(world.answer<SettingsChanged>(h).settings.is_locked);
  const ConnectionId c = world.connect();
  world.ask(c, World::newcomer("Cleo"));
  EXPECT_EQ(world.refusal(c), ErrorCode::kForbidden);
  world.ask(h, AdmitWaiting{waits.waiting.id});
  world.ask(b, with_knock(waits));
  world.answer<JoinedMeeting>(b);
}

TEST_F(LobbyTest, the_last_one_who_waits_and_is_refused_leaves_no_meeting_behind) {
  const ConnectionId h = world.connect();
  enter_as_host(h);
  Join join = World::newcomer("Ben");
  join.device = "browser";
  const ConnectionId b = world.connect();
  world.ask(b, join);
  world.answer<InLobby>(b);
  // The same browser is in the meeting too, and is thrown out.
  Join other = join;
  other.grant = Grant{.bypasses_lobby = true};
  const ConnectionId c = world.connect();
  world.ask(c, std::move(other));
  world.ask(h, RemoveParticipant{world.answer<JoinedMeeting>(c).state.self.who.id});
  world.happen(ConnectionClosed{h});
  world.ask(b, join);
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
  EXPECT_EQ(world.call.counts().meetings, 0u);
  EXPECT_TRUE(world.media.is_empty());
}

class LobbyWithoutMediaTest : public LobbyTest {
 protected:
  LobbyWithoutMediaTest() {
    h = world.connect();
    enter_as_host(h);
    b = world.connect();
    ben = knock(b, "Ben");
    const MeetingId meeting = world.media.meetings.begin()->first;
    world.media.lose(meeting);
    world.media_answers = false;
    world.happen(control::MediaEvent{meeting, control::MeetingLost{"worker died"}});
  }
  std::size_t people() {
    world.ask(h, GetState{});
    return world.answer<State>(h).participants.size();
  }

  ConnectionId h;
  ConnectionId b;
  InLobby ben;
};

TEST_F(LobbyWithoutMediaTest, who_joins_twice_meanwhile_is_one_person) {
  world.ask(b, with_knock(ben));
  EXPECT_FALSE(world.has_reply(b));
  world.ask(b, with_knock(ben));
  EXPECT_EQ(world.refusal(b), ErrorCode::kConflict);
  world.ask(h, SetRoom{.has_lobby = false});
  world.release_answers();
  EXPECT_EQ(people(), 1u);
  world.happen(ConnectionClosed{b});
  EXPECT_EQ(people(), 0u) << "and nothing of them stays";
}

TEST_F(LobbyWithoutMediaTest, who_leaves_meanwhile_for_another_room_is_in_that_one_alone) {
  world.rooms["klm-nopq-rst"] = Room{RoomId::random(world.random), "klm-nopq-rst", {}, {}};
  world.ask(b, with_knock(ben));
  world.ask(b, Leave{});
  world.ask(h, SetRoom{.has_lobby = false});
  world.ask(b, World::newcomer("Ben", "klm-nopq-rst"));
  world.release_answers();
  EXPECT_EQ(world.answer<JoinedMeeting>(b).state.room, "klm-nopq-rst");
  EXPECT_EQ(people(), 0u);
  EXPECT_EQ(world.call.counts().participants, 2u);
}

class PasswordTest : public ::testing::Test {
 protected:
  PasswordTest() { world.rooms.at(World::kRoom).settings.password_hash = "hash of sesame"; }
  static Join with(const std::string& password) {
    Join join = World::newcomer("Ben");
    join.password = password;
    return join;
  }
  World world;
};

TEST_F(PasswordTest, opens_the_room_and_a_wrong_one_does_not) {
  const ConnectionId b = world.connect();
  world.ask(b, World::newcomer("Ben"));
  EXPECT_EQ(world.refusal(b), ErrorCode::kUnauthenticated);
  world.ask(b, with("simsim"));
  EXPECT_EQ(world.refusal(b), ErrorCode::kUnauthenticated);
  EXPECT_EQ(world.call.counts().meetings, 0u) << "who does not come in holds nothing open";
  world.ask(b, with("sesame"));
  world.answer<JoinedMeeting>(b);
}

TEST_F(PasswordTest, is_not_guessed_quickly) {
  int refused = 0;
  for (int i = 0; i < 15; ++i) {
    const ConnectionId c = world.connect();
    world.ask(c, with("guess"));
    if (world.refusal(c) == ErrorCode::kRateLimited) ++refused;
  }
  EXPECT_EQ(refused, 5);
  const ConnectionId c = world.connect();
  world.ask(c, with("sesame"));
  EXPECT_EQ(world.refusal(c), ErrorCode::kRateLimited) << "not even the right one";
  Join elsewhere = with("sesame");
  elsewhere.from = *IpAddress::parse("192.0.2.1");
  world.ask(c, std::move(elsewhere));
  world.answer<JoinedMeeting>(c);
}

TEST_F(PasswordTest, is_not_guessed_faster_by_many_connections_at_once) {
  world.passwords_answer = false;
  for (int i = 0; i < 15; ++i) world.ask(world.connect(), with("guess"));
  EXPECT_EQ(world.kept_checks.size(), 10u);
  EXPECT_EQ(world.call.totals().passwords_refused, 5u);
  Join elsewhere = with("sesame");
  elsewhere.from = *IpAddress::parse("192.0.2.1");
  world.ask(world.connect(), std::move(elsewhere));
  EXPECT_EQ(world.kept_checks.size(), 11u) << "others are not kept out by it";
}

TEST_F(PasswordTest, who_hangs_up_before_the_answer_has_guessed_all_the_same) {
  world.passwords_answer = false;
  for (int i = 0; i < 15; ++i) {
    const ConnectionId c = world.connect();
    world.ask(c, with("guess"));
    world.happen(ConnectionLost{c});
  }
  EXPECT_EQ(world.kept_checks.size(), 10u);
}

TEST_F(PasswordTest, a_class_that_knows_it_comes_in_one_after_the_other) {
  for (int i = 0; i < 30; ++i) {
    const ConnectionId c = world.connect();
    world.ask(c, with("sesame"));
    world.answer<JoinedMeeting>(c);
  }
}

TEST_F(PasswordTest, a_page_closed_while_its_password_is_looked_at_leaves_nothing) {
  world.passwords_answer = false;
  const ConnectionId b = world.connect();
  world.ask(b, with("sesame"));
  EXPECT_FALSE(world.has_reply(b));
  world.happen(ConnectionLost{b});
  world.release_answers();
  EXPECT_EQ(world.call.counts(), Counts{});
}

TEST_F(PasswordTest, a_page_that_says_goodbye_while_its_password_is_looked_at_does_not_come_in) {
  world.passwords_answer = false;
  const ConnectionId b = world.connect();
  Join join = with("sesame");
  join.attempt = std::string(kAttemptCharsMin, 'a');
  world.ask(b, join);
  world.happen(PageClosing{b, {}, join.attempt});
  world.release_answers();
  EXPECT_EQ(world.call.counts().participants, 0u);
  EXPECT_EQ(world.call.counts().meetings, 0u);
}

TEST_F(PasswordTest, a_meeting_ended_while_one_is_looked_at_is_over_for_media_too) {
  const ConnectionId h = world.connect();
  Join host = World::newcomer("Hana");
  host.grant = Grant{.role = Role::kHost};
  host.password = "sesame";
  world.ask(h, std::move(host));
  world.produce(h, Source::kCamera);
  world.passwords_answer = false;
  const ConnectionId b = world.connect();
  world.ask(b, with("sesame"));
  world.ask(h, EndMeeting{});
  EXPECT_EQ(world.refusal(b), ErrorCode::kConflict);
  EXPECT_TRUE(world.media.is_empty());
  world.release_answers();
  EXPECT_EQ(world.call.counts().meetings, 0u);
  world.ask(b, with("sesame"));
  world.answer<JoinedMeeting>(b);
}

TEST_F(PasswordTest, is_set_by_who_leads_and_kept_as_a_hash) {
  Join join = World::newcomer("Hana");
  join.password = "sesame";
  join.grant = Grant{.role = Role::kCohost};
  const ConnectionId h = world.connect();
  world.ask(h, std::move(join));
  world.answer<JoinedMeeting>(h);
  world.ask(h, SetPassword{"open"});
  EXPECT_EQ(world.answer<SettingsChanged>(h).settings.password_hash, "hash of open");
  EXPECT_EQ(world.rooms.at(World::kRoom).settings.password_hash, "hash of open");
  world.ask(h, SetPassword{""});
  EXPECT_EQ(world.answer<SettingsChanged>(h).settings.password_hash, "");
  world.join(world.connect(), "Ben");
}

class NewPasswordTest : public PasswordTest {
 protected:
  NewPasswordTest() {
    enter(h, "Hana", Role::kHost);
    kim = enter(k, "Kim", Role::kCohost);
  }
  ParticipantId enter(ConnectionId from, const std::string& name, Role role) {
    Join join = World::newcomer(name);
    join.password = "sesame";
    join.grant = Grant{.role = role};
    world.ask(from, std::move(join));
    return world.answer<JoinedMeeting>(from).state.self.who.id;
  }
  // Asks, and returns the number of the hash that is computed from then on.
  std::uint64_t begin(ConnectionId from, const std::string& password) {
    world.call.handle_event(world.now, 0, ClientRequest{{from, 1'000'000}, SetPassword{password}});
    std::uint64_t number = 0;
    Action action;
    while (world.call.poll(action)) {
      if (const auto* hash = std::get_if<HashPassword>(&action)) number = hash->number;
    }
    return number;
  }
  const std::string& kept() { return world.rooms.at(World::kRoom).settings.password_hash; }

  ConnectionId h = world.connect();
  ConnectionId k = world.connect();
  ParticipantId kim;
};

TEST_F(NewPasswordTest, is_not_set_by_who_was_demoted_meanwhile) {
  const std::uint64_t number = begin(k, "mine");
  world.ask(h, SetRole{kim, Role::kMember});
  world.happen(PasswordHashed{number, "hash of mine"});
  EXPECT_EQ(world.refusal(k), ErrorCode::kForbidden);
  EXPECT_EQ(kept(), "hash of sesame");
}

TEST_F(NewPasswordTest, is_not_set_by_who_was_removed_meanwhile) {
  const std::uint64_t number = begin(k, "mine");
  world.ask(h, RemoveParticipant{kim});
  world.happen(PasswordHashed{number, "hash of mine"});
  EXPECT_EQ(kept(), "hash of sesame");
}

TEST_F(NewPasswordTest, gives_way_to_what_was_asked_for_after_it) {
  const std::uint64_t number = begin(k, "first");
  world.ask(h, SetPassword{""});
  world.happen(PasswordHashed{number, "hash of first"});
  EXPECT_EQ(kept(), "");
  const std::uint64_t older = begin(h, "second");
  const std::uint64_t newer = begin(k, "third");
  world.happen(PasswordHashed{newer, "hash of third"});
  world.happen(PasswordHashed{older, "hash of second"});
  EXPECT_EQ(kept(), "hash of third");
}

}  // namespace
}  // namespace confab::call
