// What an operator sees of meetings, and what their questions of the media plane come to.
#include "call/sight.h"

#include "call/testing.h"

namespace confab::call {
namespace {

using testing::World;

ConnectionId somebody(World& world, const std::string& name) {
  const auto connection = world.connect();
  world.join(connection, name);
  return connection;
}

TEST(Sight, shows_a_meeting_with_its_people_and_no_code) {
  World world;
  EXPECT_TRUE(world.call.meetings_after({}, 10).empty());
  const auto a = somebody(world, "Ada");
  world.produce(a, Source::kCamera, false);
  somebody(world, "Ben");

  const auto meetings = world.call.meetings_after({}, 10);
  ASSERT_EQ(meetings.size(), 1u);
  EXPECT_EQ(meetings[0].participants, 2u);
  EXPECT_EQ(meetings[0].producers, 1u);
  EXPECT_TRUE(meetings[0].has_media);
  EXPECT_EQ(meetings[0].room, world.rooms.at(World::kRoom).id);
  EXPECT_EQ(meetings[0].places.size(), 1u);
  EXPECT_EQ(world.call.meeting(meetings[0].id)->since_ms, meetings[0].since_ms);
  EXPECT_TRUE(world.call.meetings_after(meetings[0].id, 10).empty()) << "the page after it";

  const auto people = world.call.people_after(meetings[0].id, 0, 10, 100);
  ASSERT_EQ(people.size(), 2u);
  EXPECT_EQ(people[0].info.who.name, "Ada");
  EXPECT_EQ(people[0].info.producers.size(), 1u);
  EXPECT_EQ(people[1].info.who.name, "Ben");
  EXPECT_EQ(world.call.person(meetings[0].id, people[1].info.who.id)->order, people[1].order);
  EXPECT_FALSE(world.call.person(meetings[0].id, ParticipantId::random(world.random)));
  EXPECT_TRUE(world.call.people_after(MeetingId::random(world.random), 0, 10, 100).empty());
}

TEST(Sight, says_by_whom_is_what_somebody_receives) {
  World world;
  const auto a = somebody(world, "Ada");
  const ProducerId camera = world.produce(a, Source::kCamera, false);
  const auto b = somebody(world, "Ben");
  world.consume(b, camera);

  const MeetingSight meeting = world.call.meetings_after({}, 1).at(0);
  EXPECT_EQ(meeting.consumers, 1u);
  const auto people = world.call.people_after(meeting.id, 0, 10, 100);
  ASSERT_EQ(people.at(1).received.size(), 1u);
  EXPECT_EQ(people[1].received[0].from.name, "Ada");
  EXPECT_EQ(people[1].received[0].source, Source::kCamera);
  EXPECT_EQ(people[1].received[0].producer, camera);
}

TEST(Sight, ends_a_page_by_what_people_have_and_never_before_the_first) {
  World world;
  for (const char* name : {"one", "two", "three"}) {
    world.produce(somebody(world, name), Source::kCamera, false);  // two streams each
  }
  const MeetingId meeting = world.call.meetings_after({}, 1).at(0).id;
  const auto names = [&](std::uint64_t after, std::size_t count, std::size_t streams) {
    std::string out;
    for (const PersonSight& each : world.call.people_after(meeting, after, count, streams)) {
      out += each.info.who.name + ' ';
    }
    return out;
  };
  EXPECT_EQ(names(0, 10, 100), "one two three ");
  EXPECT_EQ(names(0, 2, 100), "one two ");
  EXPECT_EQ(names(0, 10, 4), "one two ");
  EXPECT_EQ(names(0, 10, 1), "one ");
  const std::uint64_t first = world.call.people_after(meeting, 0, 1, 1).at(0).order;
  EXPECT_EQ(names(first, 10, 100), "two three ");
}

TEST(Sight, asks_the_media_plane_for_somebody_who_is_in_no_meeting) {
  World world;
  somebody(world, "Ada");
  const MeetingId meeting = world.call.meetings_after({}, 1).at(0).id;
  const ParticipantId ada = ParticipantId::random(world.random);
  world.media.stats.transports.resize(2);
  world.media.stats.transports[0].participant = ada;
  const auto transports_told = [&](std::optional<ParticipantId> of) -> std::size_t {
    world.operator_reply.reset();
    world.happen(MediaLook{1, meeting, of});
    if (!world.operator_reply || !*world.operator_reply) return 99;
    return std::get<control::MeetingStats>(**world.operator_reply).transports.size();
  };
  EXPECT_EQ(transports_told(std::nullopt), 2u) << "all there is";
  EXPECT_EQ(transports_told(ada), 1u);
  world.operator_reply.reset();
  world.happen(MediaLook{2, MeetingId::random(world.random), std::nullopt});
  ASSERT_TRUE(world.operator_reply);
  EXPECT_EQ(world.operator_reply->error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace confab::call
