#include "service/media/placement.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace confab::media {
namespace {

using Shards = std::vector<std::size_t>;

struct PlacementTest : testing::Test {
  // Somebody with two transports; where they are.
  std::size_t join(const MeetingId& to) {
    const auto participant = ParticipantId::random(random);
    const std::size_t shard = placement.add_transport(to, participant);
    EXPECT_EQ(placement.add_transport(to, participant), shard);
    for (int i = 0; i < 2; ++i) {
      transports.push_back(TransportId::random(random));
      placement.transport_made(to, participant, transports.back());
    }
    return shard;
  }
  Shards join(const MeetingId& to, int people) {
    Shards shards;
    for (int i = 0; i < people; ++i) shards.push_back(join(to));
    return shards;
  }

  SeededRandom random{1};
  Placement placement{3, 4, 10};
  std::vector<TransportId> transports;
  MeetingId meeting = MeetingId::random(random);
  MeetingId other = MeetingId::random(random);
};

TEST_F(PlacementTest, a_meeting_begins_where_there_is_least) {
  EXPECT_EQ(placement.open(meeting), 0u);
  join(meeting);
  EXPECT_EQ(placement.open(other), 1u);
  EXPECT_EQ(placement.open(meeting), 0u);
}

TEST_F(PlacementTest, a_meeting_stays_together_until_another_shard_has_so_many_fewer) {
  placement.open(meeting);
  EXPECT_EQ(join(meeting, 8), (Shards{0, 0, 1, 1, 2, 2, 0, 1}));
  EXPECT_EQ(placement.shards_of(meeting), (Shards{0, 1, 2}));
  // All have about as many: nobody is sent elsewhere.
  EXPECT_EQ(placement.open(other), 2u);
  EXPECT_EQ(join(other, 2), (Shards{2, 2}));
}

TEST_F(PlacementTest, nobody_is_sent_to_a_shard_that_has_no_router_left) {
  // Given two shards, of which the second has as many meetings as it takes, and nobody in them.
  placement = Placement(2, 2, 2);
  const std::array meetings = {MeetingId::random(random), MeetingId::random(random)};
  placement.open(meeting);
  join(meeting);
  for (const MeetingId& full : meetings) EXPECT_EQ(placement.open(full), 1u);
  // Then who joins another stays where it is, and a new one begins where it can.
  EXPECT_EQ(join(meeting, 4), (Shards{0, 0, 0, 0}));
  EXPECT_EQ(placement.open(other), 0u);
  // One that is there already takes more.
  EXPECT_EQ(join(meetings[0]), 1u);
  // When one of them ends, then its place is taken.
  placement.close(meetings[1]);
  EXPECT_EQ(join(meeting), 1u);
}

TEST_F(PlacementTest, who_has_a_seat_keeps_it) {
  placement.open(meeting);
  const auto participant = ParticipantId::random(random);
  EXPECT_EQ(placement.add_transport(meeting, participant), 0u);
  join(meeting, 4);
  EXPECT_EQ(placement.add_transport(meeting, participant), 0u);
}

TEST_F(PlacementTest, who_is_gone_is_not_counted) {
  placement.open(meeting);
  join(meeting, 3);
  EXPECT_EQ(placement.load(0), 4u);
  EXPECT_EQ(placement.load(1), 2u);
  for (const TransportId& transport : transports) {
    placement.transport_gone(meeting, transport);
    placement.transport_gone(meeting, transport);
  }
  for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_EQ(placement.load(shard), 0u);
  EXPECT_EQ(join(meeting), 0u);
}

TEST_F(PlacementTest, what_was_refused_is_not_counted) {
  placement.open(meeting);
  const auto participant = ParticipantId::random(random);
  placement.add_transport(meeting, participant);
  placement.transport_refused(meeting, participant);
  placement.transport_refused(meeting, participant);
  EXPECT_EQ(placement.load(0), 0u);
}

TEST_F(PlacementTest, a_closed_meeting_leaves_nothing) {
  placement.open(meeting);
  join(meeting, 5);
  placement.close(meeting);
  for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_EQ(placement.load(shard), 0u);
  EXPECT_FALSE(placement.home(meeting));
  EXPECT_TRUE(placement.shards_of(meeting).empty());
  EXPECT_FALSE(placement.is_on(meeting, 0));
  placement.transport_gone(meeting, transports.front());
  EXPECT_EQ(placement.load(0), 0u);
}

}  // namespace
}  // namespace confab::media
