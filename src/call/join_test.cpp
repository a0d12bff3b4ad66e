#include "call/testing.h"

namespace confab::call {
namespace {

using control::TransportDirection;
using testing::World;

TEST(Join, opens_the_meeting_and_tells_a_newcomer_everything) {
  World world;
  const auto a = world.connect();
  const JoinedMeeting ada = world.join(a, " Ada ");
  EXPECT_EQ(ada.state.self.who.name, "Ada");
  EXPECT_FALSE(ada.resumed);
  world.produce(a, Source::kMicrophone, true);
  world.ask(a, SetHand{true});
  world.ask(a, SendChat{"hello", std::nullopt});

  const auto b = world.connect();
  const JoinedMeeting ben = world.join(b, "Ben", "ABCDEFGHIJ");

  EXPECT_EQ(ben.meeting, ada.meeting);
  ASSERT_EQ(ben.state.participants.size(), 1u);
  const ParticipantInfo& seen = ben.state.participants[0];
  EXPECT_EQ(seen.who.name, "Ada");
  EXPECT_TRUE(seen.hand_since_ms);
  ASSERT_EQ(seen.producers.size(), 1u);
  EXPECT_TRUE(seen.producers[0].paused);
  EXPECT_EQ(seen.producers[0].source, Source::kMicrophone);
  ASSERT_EQ(ben.state.chat.messages.size(), 1u);
  EXPECT_EQ(ben.state.chat.messages[0].text, "hello");
  const auto told = world.told<ParticipantJoined>(a);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].participant.who.id, ben.state.self.who.id);
  EXPECT_TRUE(world.told<ParticipantJoined>(b).empty()) << "nobody is told of himself";
}

TEST(Join, lists_participants_oldest_first) {
  World world;
  for (const char* name : {"one", "two", "three", "four"}) {
    world.join(world.connect(), name);
    world.pass(1s);
  }
  const JoinedMeeting last = world.join(world.connect(), "last");
  std::vector<std::string> names;
  for (const auto& p : last.state.participants) names.push_back(p.who.name);
  EXPECT_EQ(names, (std::vector<std::string>{"one", "two", "three", "four"}));
}

TEST(Join, refuses_an_unknown_room_and_keeps_nothing_of_it) {
  World world;
  const auto a = world.connect();
  for (const char* room : {"zzz-zzzz-zzz", "no code at all"}) {
    world.ask(a, World::newcomer("Ada", room));
    EXPECT_EQ(world.refusal(a), ErrorCode::kNotFound);
  }
  EXPECT_EQ(world.call.counts().meetings, 0u);
  EXPECT_EQ(world.call.next_timeout(), kNever);
  EXPECT_EQ(world.join(a, "Ada").state.self.who.name, "Ada") << "it may try another room";
}

TEST(Join, refuses_bad_names) {
  World world;
  const auto a = world.connect();
  for (const char* name : {"", "  ", "a\x01z", "\xff"}) {
    world.ask(a, World::newcomer(name));
    EXPECT_EQ(world.refusal(a), ErrorCode::kInvalidArgument);
  }
}

TEST(Join, comes_before_everything_else_and_once) {
  World world;
  const auto a = world.connect();
  world.ask(a, CreateTransport{});
  EXPECT_EQ(world.refusal(a), ErrorCode::kConflict);
  world.ask(a, GetState{});
  EXPECT_EQ(world.refusal(a), ErrorCode::kConflict);
  world.join(a, "Ada");
  world.ask(a, World::newcomer("Ada"));
  EXPECT_EQ(world.refusal(a), ErrorCode::kConflict);
}

TEST(Join, waits_for_the_store_and_lets_everyone_in_together) {
  World world;
  world.store_answers = false;
  const auto a = world.connect();
  const auto b = world.connect();
  world.ask(a, World::newcomer("Ada"));
  world.ask(b, World::newcomer("Ben"));
  EXPECT_FALSE(world.has_reply(a));
  EXPECT_EQ(world.kept_loads.size(), 1u) << "one load for both";
  world.release_answers();
  EXPECT_EQ(world.answer<JoinedMeeting>(a).meeting, world.answer<JoinedMeeting>(b).meeting);
}

TEST(Join, sent_again_since_its_answer_was_lost_is_no_second_person) {
  World world;
  const auto b = world.connect();
  world.join(b, "Ben");
  Join join = World::newcomer("Ada");
  join.attempt = "0123456789abcdefghijkl";
  const auto a = world.connect();
  world.ask(a, join);
  world.happen(ConnectionLost{a});

  const auto again = world.connect();
  world.ask(again, join);

  const auto& joined = world.answer<JoinedMeeting>(again);
  EXPECT_TRUE(joined.resumed);
  EXPECT_EQ(joined.state.participants.size(), 1u) << "Ben alone";
  EXPECT_EQ(world.told<ParticipantJoined>(b).size(), 1u);
  EXPECT_EQ(world.call.counts().participants, 2u);
}

TEST(Join, by_an_attempt_that_anybody_may_choose_makes_nobody_somebody_else) {
  World world;
  Join join = World::newcomer("Ada");
  join.attempt = "1";
  world.ask(world.connect(), join);
  world.ask(world.connect(), join);
  EXPECT_EQ(world.call.counts().participants, 2u);
}

TEST(Join, fails_in_time_when_the_store_is_silent) {
  World world;
  world.store_answers = false;
  const auto a = world.connect();
  world.ask(a, World::newcomer("Ada"));
  world.pass(10s);
  EXPECT_EQ(world.refusal(a), ErrorCode::kTimeout);
  EXPECT_EQ(world.call.counts().meetings, 0u);
  world.release_answers();  // too late: nobody is there
  EXPECT_EQ(world.call.counts().meetings, 0u);
}

TEST(Join, passes_on_what_the_store_says) {
  World world;
  world.store_error = Error{ErrorCode::kUnavailable, "the database is not available"};
  const auto a = world.connect();
  world.ask(a, World::newcomer("Ada"));
  EXPECT_EQ(world.refusal(a), ErrorCode::kUnavailable);
}

TEST(Join, fails_in_time_when_media_is_silent_and_closes_what_came_late) {
  World world;
  world.media_answers = false;
  const auto a = world.connect();
  world.ask(a, World::newcomer("Ada"));
  world.pass(10s);
  EXPECT_EQ(world.refusal(a), ErrorCode::kTimeout);
  world.release_answers();
  EXPECT_TRUE(world.media.is_empty());
}

TEST(Join, called_off_by_a_lost_connection_leaves_nothing) {
  World world;
  world.store_answers = false;
  const auto a = world.connect();
  world.ask(a, World::newcomer("Ada"));
  world.happen(ConnectionLost{a});
  EXPECT_EQ(world.call.counts(), Counts{});
  world.release_answers();
  EXPECT_EQ(world.call.counts(), Counts{});
  EXPECT_EQ(world.call.next_timeout(), kNever);
}

TEST(Join, refuses_the_one_too_many_and_keeps_those_inside) {
  Options options;
  options.participants_max = 2;
  World world(options);
  const JoinedMeeting ada = world.join(world.connect(), "Ada");
  const auto b = world.connect();
  world.join(b, "Ben");
  const auto c = world.connect();
  world.ask(c, World::newcomer("Cleo"));
  EXPECT_EQ(world.refusal(c), ErrorCode::kFull);
  EXPECT_TRUE(world.resume(c, ada, false).resumed) << "one who comes back has his place";
  EXPECT_EQ(world.call.counts().participants, 2u);
}

TEST(Join, one_machine_does_not_fill_a_room_with_ghosts) {
  Options options;
  options.participants_per_address_max = 2;
  World world(options);
  const auto from = [](std::string_view address) {
    Join join = World::newcomer("Ghost");
    join.from = *IpAddress::parse(address);
    return join;
  };
  // Given as many of one subnet as its share, one of them lost within its grace
  const auto lost = world.connect();
  world.ask(lost, from("2001:db8::1"));
  const JoinedMeeting ghost = world.answer<JoinedMeeting>(lost);
  world.happen(ConnectionLost{lost});
  const auto second = world.connect();
  world.ask(second, from("2001:db8::2"));
  world.answer<JoinedMeeting>(second);
  // When another of them comes, and one of elsewhere
  const auto third = world.connect();
  world.ask(third, from("2001:db8::3"));
  EXPECT_EQ(world.refusal(third), ErrorCode::kFull);
  const auto other = world.connect();
  world.ask(other, from("2001:db8:0:1::1"));
  world.answer<JoinedMeeting>(other);
  // Then who comes back has its place, and may go elsewhere for it
  EXPECT_TRUE(world.resume(third, ghost, false).resumed);
}

TEST(Join, refuses_a_meeting_too_many) {
  Options options;
  options.meetings_max = 1;
  World world(options);
  world.rooms["klm-nopq-rst"] = Room{RoomId::random(world.random), "klm-nopq-rst", {}, {}};
  world.join(world.connect(), "Ada");
  const auto b = world.connect();
  world.ask(b, World::newcomer("Ben", "klm-nopq-rst"));
  EXPECT_EQ(world.refusal(b), ErrorCode::kFull);
}

TEST(Join, brings_both_transports_when_asked) {
  World world;
  const auto a = world.connect();
  Join request;
  request.room = World::kRoom;
  request.name = "Ada";
  request.wants_transports = true;
  world.ask(a, request);
  const JoinedMeeting joined = world.answer<JoinedMeeting>(a);
  ASSERT_TRUE(joined.send_transport && joined.receive_transport);
  world.ask(a, Produce{joined.send_transport->transport, Source::kCamera, {}, false});
  world.answer<ProducerMade>(a);
  world.ask(a, Produce{joined.receive_transport->transport, Source::kCamera, {}, false});
  EXPECT_EQ(world.refusal(a), ErrorCode::kInvalidArgument);
}

TEST(Join, with_transports_tells_the_state_as_it_is_when_it_answers) {
  World world;
  world.join(world.connect(), "Ada");
  const auto b = world.connect();
  world.media_answers = false;
  Join request;
  request.room = World::kRoom;
  request.name = "Ben";
  request.wants_transports = true;
  world.ask(b, request);
  world.join(world.connect(), "Cleo");
  world.release_answers();
  EXPECT_EQ(world.answer<JoinedMeeting>(b).state.participants.size(), 2u);
}

TEST(Join, is_granted_without_transports_when_media_fails) {
  World world;
  world.join(world.connect(), "Ada");
  world.media_error = Error{ErrorCode::kUnavailable, "no media"};
  const auto b = world.connect();
  Join request;
  request.room = World::kRoom;
  request.name = "Ben";
  request.wants_transports = true;
  world.ask(b, request);
  EXPECT_FALSE(world.answer<JoinedMeeting>(b).send_transport);
  EXPECT_EQ(world.call.counts().participants, 2u);
}

TEST(Join, makes_a_host_of_who_shows_the_key_and_remembers_it) {
  World world;
  const auto a = world.connect();
  Join request;
  request.room = World::kRoom;
  request.name = "Ada";
  request.is_host = true;
  world.ask(a, request);
  const JoinedMeeting ada = world.answer<JoinedMeeting>(a);
  EXPECT_EQ(ada.state.self.role, Role::kHost);
  world.happen(ConnectionClosed{a});
  EXPECT_EQ(world.resume(world.connect(), ada, false).state.self.role, Role::kHost);
}

TEST(Leave, frees_everything_and_the_connection_may_join_again) {
  World world;
  const auto a = world.connect();
  world.join(a, "Ada");
  const auto b = world.connect();
  const JoinedMeeting ben = world.join(b, "Ben");
  const ProducerId camera = world.produce(a, Source::kCamera);
  world.consume(b, camera);
  world.forget_notices();

  world.ask(b, Leave{});
  world.answer<Done>(b);
  const auto told = world.told<ParticipantLeft>(a);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].who.id, ben.state.self.who.id);
  EXPECT_EQ(told[0].reason, LeaveReason::kLeft);
  EXPECT_EQ(world.media.consumers.size(), 0u);

  world.ask(a, Leave{});
  EXPECT_TRUE(world.media.is_empty());
  EXPECT_EQ(world.call.counts().meetings, 0u);
  EXPECT_EQ(world.call.next_timeout(), kNever);
  world.join(a, "Ada");
}

TEST(Leave, says_left_once_and_not_closed_for_each_producer) {
  World world;
  const auto a = world.connect();
  world.join(a, "Ada");
  const auto b = world.connect();
  world.join(b, "Ben");
  world.produce(b, Source::kCamera);
  world.produce(b, Source::kMicrophone);
  world.happen(ConnectionClosed{b});
  EXPECT_EQ(world.told<ParticipantLeft>(a).size(), 1u);
  EXPECT_TRUE(world.told<ProducerRemoved>(a).empty());
}

TEST(RateLimit, refuses_a_flood_and_forgives_in_time) {
  World world;
  const auto a = world.connect();
  world.join(a, "Ada");
  for (int i = 0; i < 60; ++i) world.ask(a, GetState{});
  world.ask(a, GetState{});
  EXPECT_EQ(world.refusal(a), ErrorCode::kRateLimited);
  const auto b = world.connect();
  world.join(b, "Ben");
  world.ask(b, GetState{});
  world.answer<State>(b);
  world.pass(1s);
  world.ask(a, GetState{});
  world.answer<State>(a);
}

TEST(ServerStopping, tells_everyone) {
  World world;
  const auto a = world.connect();
  world.join(a, "Ada");
  world.happen(ServerStopping{2s});
  const auto told = world.told<ServerRestarting>(a);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].reconnect_in, 2s);
}

}  // namespace
}  // namespace confab::call
