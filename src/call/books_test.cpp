// What whoever keeps books of meetings is told, from the start of one to its end.
#include "call/testing.h"

namespace confab::call {
namespace {

using testing::World;

std::vector<Milestone> told(const World& world) {
  std::vector<Milestone> out;
  for (const Happened& each : world.happened) out.push_back(each.what);
  return out;
}

TEST(Books, tell_a_meeting_from_its_start_to_its_end) {
  World world;
  const ConnectionId a = world.connect();
  const JoinedMeeting ada = world.join(a, "Ada");
  const ProducerId camera = world.produce(a, Source::kCamera);
  world.ask(a, CloseProducer{camera});
  world.ask(a, Leave{});
  EXPECT_EQ(told(world),
            (std::vector{Milestone::kMeetingStarted, Milestone::kParticipantJoined,
                         Milestone::kProducerPublished, Milestone::kProducerUnpublished,
                         Milestone::kParticipantLeft, Milestone::kMeetingFinished}));
  for (const Happened& each : world.happened) {
    EXPECT_EQ(each.code, World::kRoom);
    EXPECT_EQ(each.meeting, ada.meeting);
  }
  EXPECT_EQ(world.happened[1].who->id, ada.state.self.who.id);
  EXPECT_EQ(world.happened[2].producer->source, Source::kCamera);
}

TEST(Books, say_nothing_of_a_room_that_is_not_there_and_of_media_that_can_not_be_had) {
  World world;
  const ConnectionId a = world.connect();
  world.ask(a, World::newcomer("Ada", "zzz-zzzz-zzz"));
  world.media_error = Error{ErrorCode::kUnavailable, "no"};
  world.ask(world.connect(), World::newcomer("Ben"));
  EXPECT_TRUE(world.happened.empty());
}

TEST(Books, say_who_was_there_until_the_end) {
  World world;
  const ConnectionId a = world.connect();
  const JoinedMeeting ada = world.join(a, "Ada");
  const ConnectionId b = world.connect();
  const JoinedMeeting ben = world.join(b, "Ben");
  const ParticipantId ada_id = ada.state.self.who.id;
  const ParticipantId ben_id = ben.state.self.who.id;
  EXPECT_TRUE(world.call.is_in(World::kRoom, ada.meeting, ben_id));
  world.ask(b, Leave{});
  EXPECT_FALSE(world.call.is_in(World::kRoom, ada.meeting, ben_id));
  EXPECT_TRUE(world.call.is_in(World::kRoom, ada.meeting, ada_id));
  EXPECT_FALSE(world.call.is_in(World::kRoom, MeetingId::random(world.random), ada_id));
  ASSERT_TRUE(world.operate(EndMeeting{}));
  EXPECT_EQ(world.happened.back().what, Milestone::kMeetingFinished);
  EXPECT_EQ(world.happened.back().present, std::vector{ada_id});
  EXPECT_FALSE(world.call.is_in(World::kRoom, ada.meeting, ada_id));
}

TEST(Books, do_not_count_a_reload_as_a_departure) {
  World world;
  const ConnectionId a = world.connect();
  const JoinedMeeting ada = world.join(a, "Ada");
  world.happened.clear();
  world.happen(ConnectionLost{a});
  world.resume(world.connect(), ada, false);
  EXPECT_TRUE(world.happened.empty());
}

}  // namespace
}  // namespace confab::call
