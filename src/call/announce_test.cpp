#include "call/announce.h"

#include "call/testing.h"

namespace confab::call {
namespace {

using control::TransportDirection;
using testing::World;

class AnnounceTest : public ::testing::Test {
 protected:
  // Everybody may ask as often as the limit for requests allows.
  void toggle(ConnectionId who, ProducerId producer, int times) {
    for (int i = 0; i < times; ++i) world.ask(who, SetProducerPaused{producer, i % 2 == 0});
  }

  World world;
  ConnectionId a = world.connect();
  ConnectionId b = world.connect();
  JoinedMeeting ada = world.join(a, "Ada");
  JoinedMeeting ben = world.join(b, "Ben");
};

TEST_F(AnnounceTest, a_mute_is_heard_at_once_and_quick_ones_after_it_as_one) {
  const ProducerId microphone = world.produce(a, Source::kMicrophone);
  world.ask(a, SetProducerPaused{microphone, true});
  ASSERT_EQ(world.told<ProducerPauseChanged>(b).size(), 1u);
  toggle(a, microphone, 1000);
  world.ask(a, SetProducerPaused{microphone, true});
  EXPECT_TRUE(world.told<ProducerPauseChanged>(b).empty());
  world.pass(kStateInterval);
  const auto told = world.told<ProducerPauseChanged>(b);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].producer.paused) << "the last state wins";
  world.pass(10s);
  EXPECT_TRUE(world.told<ProducerPauseChanged>(b).empty());
}

TEST_F(AnnounceTest, a_state_that_went_and_came_back_is_told_to_who_saw_it_in_between) {
  const ProducerId microphone = world.produce(a, Source::kMicrophone);
  toggle(a, microphone, 2);
  world.ask(a, SetProducerPaused{microphone, true});
  const ConnectionId c = world.connect();
  EXPECT_TRUE(world.join(c, "Cleo").state.participants[0].producers[0].paused);
  world.ask(a, SetProducerPaused{microphone, false});
  world.pass(kStateInterval);
  const auto told = world.told<ProducerPauseChanged>(c);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_FALSE(told[0].producer.paused);
}

TEST_F(AnnounceTest, each_kind_of_state_is_told_with_what_it_has_become) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  world.ask(a, SetHand{true});
  world.forget_notices();
  world.ask(a, SetHand{false});
  world.ask(a, SetName{"Adele"});
  world.ask(a, SetProducerPaused{camera, true});
  world.happen(ConnectionLost{a});
  world.pass(kStateInterval);
  const auto profile = world.told<ParticipantUpdated>(b);
  ASSERT_EQ(profile.size(), 1u);
  EXPECT_EQ(profile[0].participant.who.name, "Adele");
  EXPECT_FALSE(profile[0].participant.hand_since_ms);
  EXPECT_EQ(world.told<ProducerPauseChanged>(b).size(), 1u);
  const auto connection = world.told<ConnectionChanged>(b);
  ASSERT_EQ(connection.size(), 1u);
  EXPECT_FALSE(connection[0].is_connected);
}

TEST_F(AnnounceTest, a_state_of_what_has_gone_meanwhile_is_not_told) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  toggle(a, camera, 3);
  world.ask(a, CloseProducer{camera});
  world.forget_notices();
  world.pass(1s);
  EXPECT_TRUE(world.told<ProducerPauseChanged>(b).empty());
  world.ask(a, SetHand{true});
  world.ask(a, SetHand{false});
  world.ask(a, Leave{});
  world.forget_notices();
  world.pass(1s);
  EXPECT_TRUE(world.told<ParticipantUpdated>(b).empty());
}

// Opens and closes cameras as quickly as it may.
struct Noise {
  World& world;
  ConnectionId who;
  TransportId transport = world.make_transport(who, TransportDirection::kSend);
  // How many it got through.
  int make(int times) {
    int done = 0;
    for (int i = 0; i < times; ++i) {
      world.ask(who, Produce{transport, Source::kCamera, {}, false});
      const auto made = world.if_answered<ProducerMade>(who);
      if (!made) continue;
      world.ask(who, CloseProducer{made->producer});
      ++done;
    }
    return done;
  }
};

TEST_F(AnnounceTest, who_makes_too_much_noise_is_refused_and_nobody_else) {
  Noise noise{world, a};
  world.forget_notices();
  EXPECT_LT(noise.make(500), 100);
  EXPECT_EQ(world.refusal(a), ErrorCode::kRateLimited);
  EXPECT_LE(world.told<ProducerAdded>(b).size() + world.told<ProducerRemoved>(b).size(), 102u);
  EXPECT_GT(world.call.totals().announcements_refused, 300u);
  world.ask(a, SendChat{"me too", std::nullopt});
  EXPECT_EQ(world.refusal(a), ErrorCode::kRateLimited);
  world.ask(a, SendChat{"psst", ben.state.self.who.id.to_string()});
  world.answer<ChatAccepted>(a);
  world.ask(b, SendChat{"I can", std::nullopt});
  world.answer<ChatAccepted>(b);
  world.pass(1s);
  EXPECT_GE(noise.make(500), 10) << "25 announcements a second";
}

TEST_F(AnnounceTest, a_mute_of_who_was_too_loud_is_told_later_and_not_lost) {
  const ProducerId microphone = world.produce(a, Source::kMicrophone);
  Noise{world, a}.make(500);
  world.forget_notices();
  world.ask(a, SetProducerPaused{microphone, true});
  world.answer<Done>(a);
  EXPECT_TRUE(world.told<ProducerPauseChanged>(b).empty());
  world.pass(5s);
  EXPECT_EQ(world.told<ProducerPauseChanged>(b).size(), 1u);
}

TEST_F(AnnounceTest, a_new_connection_or_a_new_join_gives_no_new_allowance) {
  Noise{world, a}.make(500);
  const ConnectionId again = world.connect();
  world.resume(again, ada, false);
  EXPECT_LT((Noise{world, again}.make(200)), 5);
  world.ask(again, Leave{});
  world.ask(again, World::newcomer("Ada"));
  EXPECT_EQ(world.refusal(again), ErrorCode::kRateLimited);
  world.ask(world.connect(), World::newcomer("Cleo"));
  EXPECT_EQ(world.call.counts().participants, 2u) << "others may join";
}

TEST(Announcements, of_many_who_are_loud_together_are_bounded_by_the_meeting) {
  Options options;
  options.participants_max = 50;
  World world(options);
  world.join(world.connect(), "Ada");
  int announced = 0;
  for (int i = 0; i < 30; ++i) {
    const ConnectionId c = world.connect();
    world.ask(c, World::newcomer("C" + std::to_string(i)));
    if (!world.if_answered<JoinedMeeting>(c)) continue;
    announced += 1 + 2 * Noise{world, c}.make(60);
    world.forget_notices();
  }
  EXPECT_NEAR(announced, meeting_announcement_rate(options.participants_max).burst, 100);
}

TEST(Announcements, leave_room_for_a_full_meeting_that_comes_back_at_once) {
  Options options;
  options.participants_max = 300;
  options.participants_per_address_max = 300;
  World world(options);
  std::vector<ConnectionId> all;
  for (std::uint32_t i = 0; i < options.participants_max; ++i) {
    all.push_back(world.connect());
    Join join = World::newcomer("P" + std::to_string(i));
    join.resume = ResumeClaims{World::kRoom, ParticipantId::random(world.random), join.name, {}};
    world.ask(all.back(), std::move(join));
    ASSERT_TRUE(world.if_answered<JoinedMeeting>(all.back())) << i;
  }
  for (const ConnectionId c : all) {
    const TransportId transport = world.make_transport(c, TransportDirection::kSend);
    for (const Source source : {Source::kMicrophone, Source::kCamera}) {
      world.ask(c, Produce{transport, source, {}, false});
      world.answer<ProducerMade>(c);
    }
    world.forget_notices();
  }
}

}  // namespace
}  // namespace confab::call
