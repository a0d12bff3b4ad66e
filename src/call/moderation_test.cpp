// What hosts do to others, as people in the meeting see it.
#include "call/register.h"
#include "call/testing.h"

namespace confab::call {
namespace {

using testing::World;

class ModerationTest : public ::testing::Test {
 protected:
  ModerationTest() {
    world.rooms.at(World::kRoom).host_key_hash = "hash";
    h = world.connect();
    hana = enter_as_host(h, "Hana");
    b = world.connect();
    ben = world.join(b, "Ben");
    c = world.connect();
    cleo = world.join(c, "Cleo");
    world.forget_notices();
  }

  JoinedMeeting enter_as_host(ConnectionId from, const std::string& name) {
    Join join = World::newcomer(name);
    join.host_key_hash = "hash";
    world.ask(from, std::move(join));
    return world.answer<JoinedMeeting>(from);
  }
  static ParticipantId id(const JoinedMeeting& joined) { return joined.state.self.who.id; }
  Role role_of(ConnectionId from) {
    world.ask(from, GetState{});
    return world.answer<State>(from).self.role;
  }

  World world;
  ConnectionId h;
  ConnectionId b;
  ConnectionId c;
  JoinedMeeting hana;
  JoinedMeeting ben;
  JoinedMeeting cleo;
};

TEST_F(ModerationTest, a_muted_microphone_is_paused_in_media_and_everybody_hears_of_it) {
  const ProducerId microphone = world.produce(b, Source::kMicrophone);
  world.forget_notices();
  world.ask(h, MuteParticipant{id(ben)});
  world.answer<Done>(h);
  EXPECT_TRUE(world.media.paused.at(microphone));
  const auto told = world.told<Moderated>(b);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, ModerationKind::kMute);
  EXPECT_EQ(told[0].by->name, "Hana");
  EXPECT_EQ(world.told<ProducerPauseChanged>(b).size(), 1u);
  EXPECT_EQ(world.told<ProducerPauseChanged>(c).size(), 1u);
  world.ask(h, MuteParticipant{id(ben)});
  EXPECT_TRUE(world.told<Moderated>(b).empty()) << "it may be sent twice";
}

TEST_F(ModerationTest, who_is_muted_is_told_by_whom_before_their_microphone_is_seen_to_stop) {
  world.produce(b, Source::kMicrophone);
  world.call.handle_event(world.now, 0, ClientRequest{{h, 1'000'000}, MuteParticipant{id(ben)}});
  std::vector<bool> is_moderation;
  Action action;
  while (world.call.poll(action)) {
    const auto* told = std::get_if<Notify>(&action);
    if (told == nullptr || told->to != std::vector{b}) continue;
    is_moderation.push_back(std::holds_alternative<Moderated>(told->notice));
  }
  EXPECT_EQ(is_moderation, (std::vector{true, false}));
}

TEST_F(ModerationTest, muted_stays_muted_over_a_reload_until_they_unmute_themselves) {
  world.produce(b, Source::kMicrophone);
  world.ask(h, MuteParticipant{id(ben)});
  world.happen(ConnectionLost{b});
  const ConnectionId again = world.connect();
  world.resume(again, ben, false);
  const TransportId transport = world.make_transport(again, control::TransportDirection::kSend);
  world.ask(again, Produce{transport, Source::kMicrophone, {}, false});
  const ProducerMade made = world.answer<ProducerMade>(again);
  EXPECT_TRUE(made.paused);
  EXPECT_TRUE(world.media.paused.at(made.producer));
  world.ask(again, SetProducerPaused{made.producer, false});
  world.answer<Done>(again);
  EXPECT_FALSE(world.media.paused.at(made.producer));
}

TEST_F(ModerationTest, a_camera_that_is_being_made_while_it_is_muted_is_muted) {
  const TransportId transport = world.make_transport(b, control::TransportDirection::kSend);
  world.media_answers = false;
  world.ask(b, Produce{transport, Source::kCamera, {}, false});
  world.ask(h, MuteParticipant{id(ben), Source::kCamera});
  world.answer<Done>(h);
  world.release_answers();
  const ProducerMade made = world.answer<ProducerMade>(b);
  EXPECT_TRUE(made.paused);
  EXPECT_TRUE(world.media.paused.at(made.producer));
}

TEST_F(ModerationTest, a_screen_that_is_being_made_while_it_is_stopped_is_not_made) {
  const TransportId transport = world.make_transport(b, control::TransportDirection::kSend);
  world.media_answers = false;
  world.ask(b, Produce{transport, Source::kScreen, {}, false});
  world.ask(h, StopSource{id(ben), Source::kScreen});
  world.answer<Done>(h);
  world.release_answers();
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
  EXPECT_TRUE(world.media.producers.empty());
  EXPECT_TRUE(world.told<ProducerAdded>(c).empty());
  world.ask(b, Produce{transport, Source::kScreen, {}, false});
  world.answer<ProducerMade>(b);
}

TEST_F(ModerationTest, what_is_done_to_one_source_leaves_another_that_is_being_made) {
  const TransportId transport = world.make_transport(b, control::TransportDirection::kSend);
  world.media_answers = false;
  world.ask(b, Produce{transport, Source::kCamera, {}, false});
  world.ask(h, StopSource{id(ben), Source::kScreen});
  world.ask(h, StopSource{id(cleo), Source::kCamera});
  world.release_answers();
  EXPECT_FALSE(world.answer<ProducerMade>(b).paused);
}

TEST_F(ModerationTest, who_came_by_what_is_revoked_is_out_and_comes_back_by_something_else) {
  world.happen(GrantRevoked{b});
  EXPECT_EQ(world.told<Removed>(b).size(), 1u);
  EXPECT_TRUE(world.was_disconnected(b));
  EXPECT_EQ(world.told<ParticipantLeft>(c).at(0).reason, LeaveReason::kRemoved);
  const ConnectionId again = world.connect();
  world.ask(again, World::newcomer("Ben"));
  EXPECT_NE(world.answer<JoinedMeeting>(again).state.self.who.id, id(ben));
  const ConnectionId stranger = world.connect();
  world.happen(GrantRevoked{stranger});
  EXPECT_TRUE(world.was_disconnected(stranger));
}

TEST_F(ModerationTest, where_guests_are_not_wanted_the_host_key_lets_in_and_a_wrong_one_does_not) {
  Join join = World::newcomer("Dora");
  join.must_own = true;
  join.host_key_hash = "another hash";
  const ConnectionId guest = world.connect();
  world.ask(guest, join);
  EXPECT_EQ(world.refusal(guest), ErrorCode::kUnauthenticated);
  join.host_key_hash = "hash";
  const ConnectionId host = world.connect();
  world.ask(host, join);
  EXPECT_EQ(world.answer<JoinedMeeting>(host).state.self.role, Role::kHost);
}

TEST_F(ModerationTest, a_room_of_somebody_who_signs_in_is_led_by_no_host_key) {
  constexpr const char* kCode = "own-room-aaa";
  Room& room = world.rooms[kCode];
  room.code = kCode;
  room.host_key_hash = "hash";
  room.owner = "account:ada";
  Join join = World::newcomer("Eve");
  join.room = kCode;
  join.host_key_hash = "hash";
  const ConnectionId by_key = world.connect();
  world.ask(by_key, join);
  EXPECT_EQ(world.answer<JoinedMeeting>(by_key).state.self.role, Role::kMember);
  join.host_key_hash.clear();
  join.grant.emplace().identity = "account:ada";
  const ConnectionId owner = world.connect();
  world.ask(owner, join);
  EXPECT_EQ(world.answer<JoinedMeeting>(owner).state.self.role, Role::kHost);
}

TEST_F(ModerationTest, a_room_has_so_many_bans_and_then_one_must_be_lifted_first) {
  constexpr const char* kCode = "own-room-aaa";
  SeededRandom random(1);
  Room& room = world.rooms[kCode];
  room.code = kCode;
  room.host_key_hash = "hash";
  BanId first;
  for (std::size_t i = 0; i < kBansMax; ++i) {
    const BanId ban = BanId::random(random);
    if (i == 0) first = ban;
    room.people.push_back({device_subject("device " + std::to_string(i)), {}, true, ban, "Eve", 1});
  }
  Join join = World::newcomer("Hana");
  join.room = kCode;
  join.host_key_hash = "hash";
  const ConnectionId host = world.connect();
  world.ask(host, join);
  const ConnectionId guest = world.connect();
  const ParticipantId who = world.join(guest, "Ben", kCode).state.self.who.id;
  world.ask(host, BanParticipant{who});
  EXPECT_EQ(world.refusal(host), ErrorCode::kFull);
  world.ask(host, LiftBan{first});
  world.ask(host, BanParticipant{who});
  EXPECT_TRUE(world.was_disconnected(guest));
}

TEST_F(ModerationTest, a_microphone_that_is_being_made_while_it_is_muted_is_muted) {
  const TransportId transport = world.make_transport(b, control::TransportDirection::kSend);
  world.media_answers = false;
  world.ask(b, Produce{transport, Source::kMicrophone, {}, false});
  world.ask(h, MuteAll{});
  world.release_answers();
  const ProducerMade made = world.answer<ProducerMade>(b);
  EXPECT_TRUE(made.paused);
  EXPECT_TRUE(world.media.paused.at(made.producer));
}

TEST_F(ModerationTest, what_media_would_not_mute_is_closed) {
  const ProducerId microphone = world.produce(b, Source::kMicrophone);
  world.media_error = Error{ErrorCode::kUnavailable, "full"};
  world.ask(h, MuteParticipant{id(ben)});
  EXPECT_FALSE(world.media.producers.contains(microphone));
  EXPECT_EQ(world.told<ProducerRemoved>(b).size(), 1u);
}

TEST_F(ModerationTest, mute_all_mutes_everybody_but_who_asks) {
  const ProducerId mine = world.produce(h, Source::kMicrophone);
  const ProducerId bens = world.produce(b, Source::kMicrophone);
  const ProducerId cleos = world.produce(c, Source::kMicrophone, true);
  world.ask(h, MuteAll{});
  EXPECT_EQ(world.answer<Counted>(h).count, 1u) << "Cleo was muted before";
  EXPECT_FALSE(world.media.paused.at(mine));
  EXPECT_TRUE(world.media.paused.at(bens));
  EXPECT_TRUE(world.media.paused.at(cleos));
}

TEST_F(ModerationTest, where_members_may_not_unmute_one_may_who_was_asked_to) {
  const ProducerId microphone = world.produce(b, Source::kMicrophone, true);
  world.ask(h, SetRoom{.may_unmute = false});
  world.answer<SettingsChanged>(h);
  EXPECT_FALSE(world.told<SelfUpdated>(b).back().permits.unmute);
  world.ask(b, SetProducerPaused{microphone, false});
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
  world.ask(h, AskToUnmute{id(ben)});
  EXPECT_EQ(world.told<UnmuteAsked>(b).size(), 1u);
  EXPECT_TRUE(world.media.paused.at(microphone)) << "nobody is unmuted by somebody else";
  world.ask(b, SetProducerPaused{microphone, false});
  world.answer<Done>(b);
  world.ask(h, MuteAll{});
  world.ask(b, SetProducerPaused{microphone, false});
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden) << "muted again, asked no more";
}

TEST_F(ModerationTest, stopping_a_camera_closes_it_for_all_and_its_owner_is_told_why) {
  const ProducerId camera = world.produce(b, Source::kCamera);
  const ProducerId screen = world.produce(b, Source::kScreen);
  world.consume(c, camera);
  world.forget_notices();
  world.ask(h, StopSource{id(ben), Source::kCamera});
  EXPECT_FALSE(world.media.producers.contains(camera));
  EXPECT_TRUE(world.media.producers.contains(screen));
  EXPECT_EQ(world.told<Moderated>(b).at(0).kind, ModerationKind::kStop);
  EXPECT_EQ(world.told<ProducerRemoved>(b).size(), 1u);
  EXPECT_EQ(world.told<ConsumerRemoved>(c).size(), 1u);
}

TEST_F(ModerationTest, where_members_may_not_share_their_screens_are_closed_and_the_host_s_is_not) {
  const ProducerId bens = world.produce(b, Source::kScreen);
  const ProducerId mine = world.produce(h, Source::kScreen);
  world.ask(h, SetRoom{.may_share = false});
  EXPECT_FALSE(world.media.producers.contains(bens));
  EXPECT_TRUE(world.media.producers.contains(mine));
  EXPECT_EQ(world.told<RoomUpdated>(c).at(0).by->name, "Hana");
  EXPECT_TRUE(world.told<RoomUpdated>(h).empty());
  EXPECT_FALSE(world.rooms.at(World::kRoom).settings.permissions.share) << "the store has it";
}

TEST_F(ModerationTest, where_the_chat_is_off_members_write_to_those_who_lead_alone) {
  world.ask(h, SetRoom{.may_chat = false});
  world.ask(b, SendChat{"hello all", std::nullopt});
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
  world.ask(b, SendChat{"hello Cleo", id(cleo).to_string()});
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
  world.ask(b, SendChat{"hello Hana", id(hana).to_string()});
  world.answer<ChatAccepted>(b);
  world.ask(h, SendChat{"welcome", std::nullopt});
  world.answer<ChatAccepted>(h);
}

TEST_F(ModerationTest, hands_are_lowered_one_or_all) {
  world.ask(b, SetHand{true});
  world.ask(c, SetHand{true});
  world.ask(h, LowerHand{id(ben)});
  EXPECT_EQ(world.told<Moderated>(b).at(0).kind, ModerationKind::kLowerHand);
  world.ask(h, LowerHands{});
  EXPECT_EQ(world.answer<Counted>(h).count, 1u);
  world.ask(b, GetState{});
  EXPECT_FALSE(world.answer<State>(b).self.hand_since_ms);
}

TEST_F(ModerationTest, a_removed_person_does_not_come_back_by_token_browser_or_account) {
  const ConnectionId d = world.connect();
  Join join = World::newcomer("Dan");
  join.device = "browser";
  join.grant = Grant{.identity = "dan@example.org"};
  world.ask(d, join);
  const JoinedMeeting dan = world.answer<JoinedMeeting>(d);
  world.forget_notices();
  world.ask(h, RemoveParticipant{id(dan)});
  world.answer<Done>(h);
  EXPECT_EQ(world.told<Removed>(d).size(), 1u);
  EXPECT_TRUE(world.was_disconnected(d));
  EXPECT_EQ(world.told<ParticipantLeft>(c).at(0).reason, LeaveReason::kRemoved);

  Join by_token = World::newcomer("Dan");
  by_token.resume = World::claims(dan);
  Join by_browser = World::newcomer("Not Dan");
  by_browser.device = "browser";
  Join by_account = World::newcomer("Dan");
  by_account.grant = Grant{.identity = "dan@example.org", .role = Role::kHost};
  for (const Join& again : {by_token, by_browser, by_account}) {
    const ConnectionId e = world.connect();
    world.ask(e, again);
    EXPECT_EQ(world.refusal(e), ErrorCode::kForbidden);
  }
  // Whom nothing names is a stranger, as docs/protocol.md says.
  world.join(world.connect(), "Somebody");
}

TEST_F(ModerationTest, the_token_of_a_removed_person_is_worth_nothing_after_a_restart_either) {
  world.ask(h, RemoveParticipant{id(ben)});
  for (const ConnectionId each : {h, c}) world.happen(ConnectionClosed{each});
  ASSERT_EQ(world.call.counts().meetings, 0u);
  Join again = World::newcomer("Ben");
  again.resume = World::claims(ben);
  const ConnectionId d = world.connect();
  world.ask(d, again);
  EXPECT_EQ(world.refusal(d), ErrorCode::kForbidden);
  EXPECT_EQ(world.call.counts().meetings, 0u) << "and holds nothing open";
}

TEST_F(ModerationTest, a_ban_outlives_the_meeting_until_it_is_lifted) {
  const ConnectionId d = world.connect();
  Join join = World::newcomer("Dan");
  join.device = "browser";
  world.ask(d, join);
  world.ask(h, BanParticipant{id(world.answer<JoinedMeeting>(d))});
  const BanId ban = world.answer<Banned>(h).ban;
  for (const ConnectionId each : {h, b, c}) world.happen(ConnectionClosed{each});
  enter_as_host(h, "Hana");
  const ConnectionId e = world.connect();
  world.ask(e, join);
  EXPECT_EQ(world.refusal(e), ErrorCode::kForbidden);

  world.ask(h, ListBans{});
  ASSERT_EQ(world.answer<BanList>(h).bans.size(), 1u);
  EXPECT_EQ(world.answer<BanList>(h).bans[0].name, "Dan");
  world.ask(h, LiftBan{ban});
  world.answer<Done>(h);
  world.ask(e, join);
  world.answer<JoinedMeeting>(e);
  world.ask(h, LiftBan{ban});
  EXPECT_EQ(world.refusal(h), ErrorCode::kNotFound);
}

TEST_F(ModerationTest, who_sits_in_the_room_twice_is_out_with_both_seats) {
  Join join = World::newcomer("Dan");
  join.device = "browser";
  const ConnectionId d = world.connect();
  const ConnectionId e = world.connect();
  for (const ConnectionId each : {d, e}) world.ask(each, join);
  const JoinedMeeting dan = world.answer<JoinedMeeting>(d);
  ASSERT_EQ(world.call.counts().participants, 5u);
  world.ask(h, RemoveParticipant{id(dan)});
  for (const ConnectionId each : {d, e}) {
    EXPECT_EQ(world.told<Removed>(each).size(), 1u);
    EXPECT_TRUE(world.was_disconnected(each));
  }
  EXPECT_EQ(world.call.counts().participants, 3u);
}

TEST_F(ModerationTest, an_operator_who_removes_the_last_one_with_all_their_seats_ends_the_meeting) {
  for (const ConnectionId each : {h, b, c}) world.happen(ConnectionClosed{each});
  Join join = World::newcomer("Dan");
  join.device = "browser";
  const ConnectionId d = world.connect();
  for (const ConnectionId each : {d, world.connect()}) world.ask(each, join);
  ASSERT_TRUE(world.operate(RemoveParticipant{id(world.answer<JoinedMeeting>(d))}));
  EXPECT_EQ(world.call.counts().meetings, 0u);
}

TEST_F(ModerationTest, a_role_given_to_an_account_that_is_banned_lifts_no_ban) {
  Join join = World::newcomer("Dan");
  join.grant = Grant{.identity = "dan"};
  const ConnectionId d = world.connect();
  world.ask(d, join);
  world.ask(h, BanParticipant{id(world.answer<JoinedMeeting>(d))});
  // The same account, with the key of the room: its owner comes in, and is remembered as host.
  Join as_owner = join;
  as_owner.host_key_hash = "hash";
  const ConnectionId e = world.connect();
  world.ask(e, as_owner);
  EXPECT_EQ(world.answer<JoinedMeeting>(e).state.self.role, Role::kHost);
  const ConnectionId f = world.connect();
  world.ask(f, join);
  EXPECT_EQ(world.refusal(f), ErrorCode::kForbidden);
  world.ask(h, ListBans{});
  EXPECT_EQ(world.answer<BanList>(h).bans.at(0).name, "Dan");
}

TEST_F(ModerationTest, a_cohost_removes_members_and_no_host) {
  world.ask(h, SetRole{id(ben), Role::kCohost});
  world.ask(b, RemoveParticipant{id(hana)});
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
  world.ask(b, RemoveParticipant{id(ben)});
  EXPECT_EQ(world.refusal(b), ErrorCode::kInvalidArgument) << "not oneself";
  world.ask(b, RemoveParticipant{id(cleo)});
  world.answer<Done>(b);
}

// By REST while nobody was in the room: the store had been asked for it before.
TEST_F(ModerationTest, a_room_that_is_changed_while_it_is_being_loaded_opens_as_changed) {
  World later;
  later.store_answers = false;
  const ConnectionId d = later.connect();
  later.ask(d, World::newcomer("Dan"));
  RoomSettings changed;
  changed.title = "Physics";
  later.happen(RoomChanged{World::kRoom, changed});
  later.release_answers();
  EXPECT_EQ(later.answer<JoinedMeeting>(d).state.settings.title, "Physics");
}

TEST_F(ModerationTest, the_owner_is_neither_removed_nor_demoted_by_another_host) {
  world.ask(h, SetRole{id(ben), Role::kHost});
  world.ask(b, RemoveParticipant{id(hana)});
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
  world.ask(b, SetRole{id(hana), Role::kMember});
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
  EXPECT_EQ(role_of(h), Role::kHost);
}

TEST_F(ModerationTest, a_demoted_host_comes_back_as_what_they_were_made) {
  world.ask(h, SetRole{id(ben), Role::kHost});
  EXPECT_EQ(world.told<SelfUpdated>(b).at(0).self.role, Role::kHost);
  world.ask(b, GetState{});
  world.happen(ConnectionLost{b});
  ConnectionId d = world.connect();
  ben = world.resume(d, ben, false);
  EXPECT_EQ(ben.state.self.role, Role::kHost);
  world.ask(h, SetRole{id(ben), Role::kMember});
  world.happen(ConnectionClosed{d});
  d = world.connect();
  ben = world.resume(d, ben, false);
  EXPECT_EQ(ben.state.self.role, Role::kMember);
  // Over a restart too: the meeting is made again from what the store has.
  for (const ConnectionId each : {h, c, d}) world.happen(ConnectionClosed{each});
  EXPECT_EQ(world.resume(world.connect(), ben, false).state.self.role, Role::kMember);
}

TEST_F(ModerationTest, a_token_that_says_host_gives_no_role_back_that_a_host_took) {
  Join join = World::newcomer("Tom");
  join.grant = Grant{.identity = "tom", .role = Role::kHost};
  ConnectionId d = world.connect();
  world.ask(d, join);
  const JoinedMeeting tom = world.answer<JoinedMeeting>(d);
  ASSERT_EQ(tom.state.self.role, Role::kHost);
  world.ask(h, SetRole{id(tom), Role::kMember});
  world.happen(ConnectionClosed{d});
  d = world.connect();
  world.ask(d, join);
  EXPECT_EQ(world.answer<JoinedMeeting>(d).state.self.role, Role::kMember);
}

TEST_F(ModerationTest, a_new_tab_and_another_device_of_the_owner_are_host) {
  EXPECT_EQ(enter_as_host(world.connect(), "Hana").state.self.role, Role::kHost);
  world.happen(ConnectionClosed{h});
  world.happen(ConnectionClosed{b});
  world.happen(ConnectionClosed{c});
  EXPECT_EQ(enter_as_host(world.connect(), "Hana").state.self.role, Role::kHost);
  Join wrong = World::newcomer("Eve");
  wrong.host_key_hash = "another hash";
  wrong.is_host = true;  // a key of the older kind, in a room that has one of its own
  const ConnectionId e = world.connect();
  world.ask(e, wrong);
  EXPECT_EQ(world.answer<JoinedMeeting>(e).state.self.role, Role::kMember);
}

TEST_F(ModerationTest, when_the_last_host_leaves_the_cohost_who_is_there_longest_is_host) {
  world.ask(h, SetRole{id(cleo), Role::kCohost});
  world.ask(h, SetRole{id(ben), Role::kCohost});
  world.happen(ConnectionLost{h});
  EXPECT_EQ(role_of(b), Role::kCohost) << "not within the grace";
  world.pass(31s);
  EXPECT_EQ(role_of(b), Role::kHost);
  EXPECT_EQ(role_of(c), Role::kCohost);
  EXPECT_EQ(enter_as_host(h, "Hana").state.self.role, Role::kHost) << "the owner still is";
}

TEST_F(ModerationTest, a_room_without_a_host_stays_without_one) {
  world.rooms["klm-nopq-rst"] = Room{RoomId::random(world.random), "klm-nopq-rst", {}, {}};
  const ConnectionId d = world.connect();
  EXPECT_EQ(world.join(d, "Dan", "klm-nopq-rst").state.self.role, Role::kMember);
  const ConnectionId e = world.connect();
  world.join(e, "Eve", "klm-nopq-rst");
  world.happen(ConnectionClosed{d});
  EXPECT_EQ(role_of(e), Role::kMember);
}

TEST_F(ModerationTest, the_end_for_all_leaves_nothing_and_the_room_is_there_tomorrow) {
  world.ask(h, EndMeeting{});
  world.answer<Done>(h);
  for (const ConnectionId each : {h, b, c}) {
    EXPECT_EQ(world.told<MeetingEnded>(each).size(), 1u);
    EXPECT_TRUE(world.was_disconnected(each));
  }
  EXPECT_EQ(world.call.counts().participants, 0u);
  EXPECT_TRUE(world.media.is_empty());
  EXPECT_TRUE(world.resume(world.connect(), ben, false).resumed);
}

TEST_F(ModerationTest, a_room_that_is_deleted_ends_its_meeting) {
  world.happen(RoomDeleted{World::kRoom});
  EXPECT_EQ(world.told<MeetingEnded>(b).size(), 1u);
  EXPECT_EQ(world.call.counts().participants, 0u);
}

TEST_F(ModerationTest, an_operator_mutes_and_nobody_s_name_stands_behind_it) {
  world.produce(b, Source::kMicrophone);
  ASSERT_TRUE(world.operate(MuteAll{}));
  EXPECT_FALSE(world.told<Moderated>(b).at(0).by);
  const auto people = world.operate(ListPeople{});
  ASSERT_TRUE(people);
  EXPECT_EQ(std::get<People>(*people).participants.size(), 3u);
  EXPECT_EQ(world.operate(MuteAll{}, true, "xyz-xyzx-xyz").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace confab::call
