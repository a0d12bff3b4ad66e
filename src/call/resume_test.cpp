#include "call/rate_limit.h"
#include "call/testing.h"

namespace confab::call {
namespace {

using testing::World;

class ResumeTest : public ::testing::Test {
 protected:
  World world;
  ConnectionId a = world.connect();
  ConnectionId b = world.connect();
  JoinedMeeting ada = world.join(a, "Ada");
  JoinedMeeting ben = world.join(b, "Ben");
  ProducerId microphone = world.produce(b, Source::kMicrophone, true);
  ProducerId camera = world.produce(a, Source::kCamera);
  ConsumerMade consumer = world.consume(b, camera);
};

TEST_F(ResumeTest, a_lost_connection_keeps_its_participant_for_the_grace_period) {
  world.forget_notices();
  world.happen(ConnectionLost{b});
  auto changed = world.told<ConnectionChanged>(a);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_FALSE(changed[0].is_connected);
  world.pass(29s);

  const auto c = world.connect();
  const JoinedMeeting again = world.resume(c, ben, true);

  EXPECT_TRUE(again.resumed);
  EXPECT_TRUE(again.media_kept);
  EXPECT_EQ(again.state.self.who.id, ben.state.self.who.id);
  ASSERT_EQ(again.state.self.producers.size(), 1u);
  EXPECT_TRUE(again.state.self.producers[0].paused) << "muted stays muted";
  EXPECT_EQ(again.own_transports.size(), 2u);
  ASSERT_EQ(again.own_consumers.size(), 1u);
  EXPECT_EQ(again.own_consumers[0].id, consumer.consumed.consumer);
  changed = world.told<ConnectionChanged>(a);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_TRUE(changed[0].is_connected);
  EXPECT_TRUE(world.told<ParticipantJoined>(a).empty()) << "no second tile";
  world.pass(60s);
  EXPECT_TRUE(world.told<ParticipantLeft>(a).empty());
}

TEST_F(ResumeTest, after_the_grace_period_the_others_see_it_leave_and_all_is_freed) {
  world.forget_notices();
  world.happen(ConnectionLost{b});
  world.pass(30s);
  const auto left = world.told<ParticipantLeft>(a);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].reason, LeaveReason::kTimeout);
  EXPECT_EQ(world.call.counts().participants, 1u);
  EXPECT_EQ(world.call.counts().connections, 1u);
  EXPECT_EQ(world.media.consumers.size(), 0u);
  EXPECT_FALSE(world.media.producers.contains(microphone));

  const JoinedMeeting again = world.resume(world.connect(), ben, true);
  EXPECT_TRUE(again.resumed);
  EXPECT_FALSE(again.media_kept);
  EXPECT_EQ(again.state.self.who.id, ben.state.self.who.id) << "still the same person";
  EXPECT_EQ(world.told<ParticipantJoined>(a).size(), 1u);
}

TEST_F(ResumeTest, a_reloaded_page_keeps_the_participant_and_drops_its_media) {
  world.happen(ConnectionLost{b});
  world.forget_notices();
  const JoinedMeeting again = world.resume(world.connect(), ben, false);
  EXPECT_TRUE(again.resumed);
  EXPECT_FALSE(again.media_kept);
  EXPECT_TRUE(again.state.self.producers.empty());
  EXPECT_EQ(world.told<ProducerRemoved>(a).size(), 1u);
  EXPECT_TRUE(world.told<ParticipantJoined>(a).empty());
  EXPECT_TRUE(world.told<ParticipantLeft>(a).empty());
  EXPECT_EQ(world.media.transports.size(), 1u) << "only Ada's";
}

TEST_F(ResumeTest, a_closed_page_is_seen_to_leave_within_two_seconds) {
  world.forget_notices();
  world.happen(PageClosing{b, ben.state.self.who.id, {}});
  world.happen(ConnectionLost{b});
  EXPECT_EQ(world.told<ConnectionChanged>(a).size(), 1u);
  world.pass(2s);
  const auto left = world.told<ParticipantLeft>(a);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].reason, LeaveReason::kLeft);
  EXPECT_EQ(world.call.counts().connections, 1u);
}

TEST_F(ResumeTest, a_closed_page_leaves_as_soon_when_its_word_comes_after_its_socket) {
  world.forget_notices();
  world.happen(ConnectionLost{b});
  world.happen(PageClosing{b, ben.state.self.who.id, {}});
  world.pass(2s);
  EXPECT_EQ(world.told<ConnectionChanged>(a).size(), 1u);
  EXPECT_EQ(world.told<ParticipantLeft>(a).size(), 1u);
}

TEST_F(ResumeTest, a_page_closed_before_its_join_is_answered_leaves_as_soon) {
  const auto c = world.connect();
  Join join = World::newcomer("Cleo");
  join.attempt = "0123456789abcdefghijkl";
  world.media_answers = false;
  join.wants_transports = true;
  world.ask(c, join);
  ASSERT_EQ(world.told<ParticipantJoined>(a).size(), 2u);
  world.happen(PageClosing{c, {}, "another-attempt-of-somebody"});
  world.happen(PageClosing{b, {}, join.attempt});
  world.pass(2s);
  EXPECT_TRUE(world.told<ParticipantLeft>(a).empty()) << "nobody closes another's page";
  world.happen(PageClosing{c, {}, join.attempt});
  world.happen(ConnectionLost{c});
  world.pass(2s);
  EXPECT_EQ(world.told<ParticipantLeft>(a).size(), 1u);
}

TEST(Join, called_off_by_a_closed_page_while_the_store_is_asked_leaves_nothing) {
  World world;
  world.store_answers = false;
  const auto a = world.connect();
  Join join = World::newcomer("Ada");
  join.attempt = "0123456789abcdefghijkl";
  world.ask(a, join);
  world.happen(PageClosing{a, {}, "another-attempt-of-somebody"});
  EXPECT_EQ(world.call.counts().meetings, 1u);
  world.happen(PageClosing{a, {}, join.attempt});
  EXPECT_EQ(world.call.counts().meetings, 0u);
  world.release_answers();
  EXPECT_EQ(world.call.counts().participants, 0u);
}

TEST_F(ResumeTest, a_reload_over_a_slow_line_is_no_departure) {
  world.forget_notices();
  world.happen(PageClosing{b, ben.state.self.who.id, {}});
  world.happen(ConnectionLost{b});
  world.pass(1s);
  world.happen(PageReturning{b, ben.state.self.who.id});
  world.pass(20s);
  const JoinedMeeting again = world.resume(world.connect(), ben, false);
  EXPECT_EQ(again.state.self.who.id, ben.state.self.who.id);
  world.pass(60s);
  EXPECT_TRUE(world.told<ParticipantLeft>(a).empty());
  EXPECT_TRUE(world.told<ParticipantJoined>(a).empty());
}

TEST_F(ResumeTest, the_last_word_of_an_old_page_does_not_end_the_stay_of_the_new_one) {
  const auto c = world.connect();
  world.happen(ConnectionLost{b});
  world.resume(c, ben, false);
  world.pass(kStateInterval);
  world.forget_notices();
  world.happen(PageClosing{b, ben.state.self.who.id, {}});
  world.happen(PageClosing{c, ada.state.self.who.id, {}});
  world.pass(60s);
  EXPECT_TRUE(world.told<ParticipantLeft>(a).empty());
  EXPECT_TRUE(world.told<ConnectionChanged>(a).empty());
}

TEST_F(ResumeTest, a_second_tab_takes_over_and_the_first_is_told) {
  const auto c = world.connect();
  const JoinedMeeting again = world.resume(c, ben, false);
  EXPECT_EQ(again.state.self.who.id, ben.state.self.who.id);
  EXPECT_EQ(world.told<SessionReplaced>(b).size(), 1u);
  EXPECT_TRUE(world.was_disconnected(b));
  world.happen(ConnectionClosed{b});
  EXPECT_TRUE(world.told<ParticipantLeft>(a).empty());
  EXPECT_EQ(world.call.counts().participants, 2u);
  world.ask(b, GetState{});
  EXPECT_EQ(world.refusal(b), ErrorCode::kConflict);
}

TEST_F(ResumeTest, a_restarted_server_is_rebuilt_by_those_who_come_back) {
  World restarted({}, 99);
  const auto c = restarted.connect();
  const auto d = restarted.connect();
  const JoinedMeeting ben_again = restarted.resume(c, ben, true);
  const JoinedMeeting ada_again = restarted.resume(d, ada, true);
  EXPECT_EQ(ben_again.state.self.who.id, ben.state.self.who.id);
  EXPECT_EQ(ben_again.state.self.who.name, "Ben");
  EXPECT_TRUE(ben_again.resumed);
  EXPECT_FALSE(ben_again.media_kept);
  ASSERT_EQ(ada_again.state.participants.size(), 1u);
  EXPECT_EQ(ada_again.state.participants[0].who.id, ben.state.self.who.id);
}

TEST_F(ResumeTest, a_token_of_another_room_is_a_newcomer) {
  const auto c = world.connect();
  Join request;
  request.room = World::kRoom;
  request.name = "Cleo";
  request.resume = World::claims(ben);
  request.resume->room = "klm-nopq-rst";
  world.ask(c, request);
  const JoinedMeeting joined = world.answer<JoinedMeeting>(c);
  EXPECT_FALSE(joined.resumed);
  EXPECT_NE(joined.state.self.who.id, ben.state.self.who.id);
}

TEST_F(ResumeTest, a_new_name_with_the_token_is_told_to_the_others) {
  world.forget_notices();
  Join request;
  request.room = World::kRoom;
  request.name = "Benjamin";
  request.resume = World::claims(ben);
  const auto c = world.connect();
  world.ask(c, request);
  const auto updated = world.told<ParticipantUpdated>(a);
  ASSERT_EQ(updated.size(), 1u);
  EXPECT_EQ(updated[0].participant.who.name, "Benjamin");
}

TEST_F(ResumeTest, the_same_socket_recovered_goes_on_as_if_nothing_had_been) {
  world.happen(ConnectionLost{b});
  world.forget_notices();
  world.produce(a, Source::kMicrophone);
  EXPECT_EQ(world.told<ProducerAdded>(b).size(), 1u) << "what it misses is sent for it to be kept";
  world.happen(ConnectionRecovered{b});
  world.pass(kStateInterval);
  const auto changed = world.told<ConnectionChanged>(a);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_TRUE(changed[0].is_connected);
  world.ask(b, SetProducerPaused{microphone, false});
  world.answer<Done>(b);
  world.pass(60s);
  EXPECT_EQ(world.call.counts().participants, 2u);
  EXPECT_FALSE(world.resume(b, ben, true).state.participants.empty())
      << "a recovered socket may ask for its state by joining again";
}

TEST_F(ResumeTest, an_answer_for_media_dropped_meanwhile_is_undone) {
  world.media_answers = false;
  const JoinedMeeting refreshed = world.resume(b, ben, true);
  const TransportId send = [&] {
    for (const auto& t : refreshed.own_transports) {
      if (t.is_send) return t.id;
    }
    return TransportId{};
  }();
  world.ask(b, Produce{send, Source::kCamera, {}, false});
  world.ask(b, CreateTransport{});
  const auto c = world.connect();
  world.resume(c, refreshed, false);
  world.release_answers();
  EXPECT_EQ(world.call.counts().transports, 1u);
  EXPECT_EQ(world.media.transports.size(), 1u);
  EXPECT_EQ(world.media.producers.size(), 1u);
}

// Joins with a token, and a name in case it is worth nothing.
JoinedMeeting join_with(World& world, const ResumeClaims& claims, const std::string& attempt = "") {
  Join request = World::newcomer("Somebody");
  request.resume = claims;
  request.attempt = attempt;
  const auto c = world.connect();
  world.ask(c, std::move(request));
  return world.answer<JoinedMeeting>(c);
}

TEST_F(ResumeTest, a_token_is_worth_nothing_after_its_owner_left) {
  world.ask(b, Leave{});
  const JoinedMeeting with_it = join_with(world, World::claims(ben));
  EXPECT_FALSE(with_it.resumed);
  EXPECT_NE(with_it.state.self.who.id, ben.state.self.who.id);
}

TEST_F(ResumeTest, a_token_is_worth_nothing_after_a_newer_one_was_given) {
  const JoinedMeeting newer = world.resume(world.connect(), ben, true);
  EXPECT_FALSE(join_with(world, World::claims(ben)).resumed);
  EXPECT_EQ(world.call.counts().participants, 3u) << "nobody was thrown out by it";
  EXPECT_TRUE(join_with(world, World::claims(newer)).resumed);
}

TEST_F(ResumeTest, a_worthless_token_gives_no_name_either) {
  world.ask(b, Leave{});
  Join request;
  request.room = World::kRoom;
  request.resume = World::claims(ben);
  const auto c = world.connect();
  world.ask(c, std::move(request));
  EXPECT_EQ(world.refusal(c), ErrorCode::kInvalidArgument);
}

TEST_F(ResumeTest, a_token_whose_successor_was_lost_on_the_way_is_taken_once_more) {
  EXPECT_TRUE(join_with(world, World::claims(ben), "attempt-1").resumed);
  // The answer never arrived: the page asks again with what it has.
  EXPECT_FALSE(join_with(world, World::claims(ben), "attempt-2").resumed) << "somebody else's";
  const JoinedMeeting again = join_with(world, World::claims(ben), "attempt-1");
  EXPECT_TRUE(again.resumed);
  EXPECT_EQ(again.state.self.who.id, ben.state.self.who.id);
  EXPECT_TRUE(join_with(world, World::claims(again), "attempt-3").resumed);
  EXPECT_FALSE(join_with(world, World::claims(ben), "attempt-1").resumed);
}

TEST_F(ResumeTest, a_lost_connection_and_the_end_of_the_grace_leave_the_token_as_it_is) {
  world.happen(ConnectionLost{b});
  world.pass(31s);
  EXPECT_EQ(world.told<ParticipantLeft>(a).size(), 1u);
  EXPECT_TRUE(join_with(world, World::claims(ben)).resumed);
}

TEST_F(ResumeTest, what_tokens_are_worth_outlives_the_meeting_and_the_server) {
  const JoinedMeeting newer = world.resume(world.connect(), ben, true);
  world.ask(a, Leave{});
  World restarted({}, 99);
  restarted.rooms = world.rooms;
  EXPECT_FALSE(join_with(restarted, World::claims(ben)).resumed);
  EXPECT_FALSE(join_with(restarted, World::claims(ada)).resumed);
  EXPECT_TRUE(join_with(restarted, World::claims(newer)).resumed);
}

TEST_F(ResumeTest, a_token_of_which_a_crash_took_the_record_is_taken) {
  World restarted({}, 99);
  restarted.rooms = world.rooms;
  const JoinedMeeting newer = world.resume(world.connect(), ben, true);
  const JoinedMeeting again = join_with(restarted, World::claims(newer));
  EXPECT_TRUE(again.resumed);
  EXPECT_GT(again.token_generation, newer.token_generation);
}

TEST_F(ResumeTest, an_old_token_does_not_seat_a_second_person_on_a_joined_connection) {
  world.resume(b, ben, true);
  Join request;
  request.room = World::kRoom;
  request.resume = World::claims(ben);
  world.ask(b, std::move(request));
  EXPECT_EQ(world.refusal(b), ErrorCode::kConflict);
  EXPECT_EQ(world.call.counts().participants, 2u);
}

}  // namespace
}  // namespace confab::call
