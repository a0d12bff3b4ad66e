// Who may do what: every request by everybody, each cell said here and asked of a meeting.
#include "call/rights.h"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <variant>
#include <vector>

#include "call/testing.h"

namespace confab::call {
namespace {

using testing::World;

// In the order of Standing: stranger, waiting, viewer, member, cohost, host, operator.
//   '+' allowed   '-' refused   'j' "join first"
// A viewer here has a token that grants nothing, a member none.
struct Row {
  std::string_view name;
  std::string_view cells;
};
constexpr std::array kTable = {
    Row{"Join", "+++++++"},  // of an operator: see below
    Row{"Leave", "j+++++-"},
    Row{"GetState", "jj++++-"},
    Row{"GetChat", "jj++++-"},
    Row{"CreateTransport", "jj++++-"},
    Row{"ConnectTransport", "jj++++-"},
    Row{"RestartIce", "jj++++-"},
    Row{"CloseTransport", "jj++++-"},
    Row{"Produce", "jj-+++-"},
    Row{"SetProducerPaused", "jj++++-"},
    Row{"CloseProducer", "jj++++-"},
    Row{"Consume", "jj++++-"},
    Row{"SetConsumerPaused", "jj++++-"},
    Row{"SetPreferredLayers", "jj++++-"},
    Row{"GetStats", "jj++++-"},
    Row{"CloseConsumer", "jj++++-"},
    Row{"SendChat", "jj-+++-"},
    Row{"SetHand", "jj-+++-"},
    Row{"SetName", "jj-+++-"},
    Row{"MuteParticipant", "jj--+++"},
    Row{"MuteAll", "jj--+++"},
    Row{"AskToUnmute", "jj--+++"},
    Row{"StopSource", "jj--+++"},
    Row{"LowerHand", "jj--+++"},
    Row{"LowerHands", "jj--+++"},
    Row{"RemoveParticipant", "jj--+++"},
    Row{"BanParticipant", "jj--+++"},
    Row{"ListBans", "jj--+++"},
    Row{"LiftBan", "jj--+++"},
    Row{"SetRole", "jj---++"},
    Row{"SetRoom", "jj---++"},
    Row{"SetLock", "jj--+++"},
    Row{"SetPassword", "jj--+++"},
    Row{"AdmitWaiting", "jj--+++"},
    Row{"DenyWaiting", "jj--+++"},
    Row{"AdmitAll", "jj--+++"},
    Row{"WriteToLobby", "jj--+++"},
    Row{"EndMeeting", "jj---++"},
    Row{"ListPeople", "jj----+"},
    Row{"SendReport", "jj++++-"},
    Row{"DeleteMessage", "jj---++"},
};
static_assert(kTable.size() == std::variant_size_v<Request>);

// A meeting with one of each, and somebody before its door.
class Cast {
 public:
  Cast() {
    Room& room = world.rooms.at(World::kRoom);
    room.host_key_hash = "hash";
    host = enter(Role::kHost);
    cohost = enter(Role::kCohost);
    member = enter(Role::kMember);
    viewer = enter(Role::kViewer);
    bystander = enter(Role::kMember);
    world.operate(SetRoom{.has_lobby = true});
    waiting = world.connect();
    world.ask(waiting, World::newcomer("Wanda"));
    place = world.answer<InLobby>(waiting).waiting.id;
    other_waiting = world.connect();
    world.ask(other_waiting, World::newcomer("Walt"));
    other_place = world.answer<InLobby>(other_waiting).waiting.id;
    stranger = world.connect();
  }

  ConnectionId who(Standing standing) const {
    switch (standing) {
      case Standing::kStranger:
        return stranger;
      case Standing::kWaiting:
        return waiting;
      case Standing::kViewer:
        return viewer;
      case Standing::kMember:
        return member;
      case Standing::kCohost:
        return cohost;
      case Standing::kHost:
        return host;
      case Standing::kAdmin:
        break;
    }
    return {};
  }

  ConnectionId enter(Role role) {
    const ConnectionId c = world.connect();
    Join join = World::newcomer("P" + std::to_string(seats.size()));
    if (role == Role::kHost) join.host_key_hash = "hash";
    if (role == Role::kViewer) join.grant = Grant{.role = Role::kViewer};
    if (role == Role::kCohost) join.grant = Grant{.role = Role::kCohost};
    world.ask(c, std::move(join));
    seats[c] = world.answer<JoinedMeeting>(c).state.self.who.id;
    return c;
  }

  // Fit to be carried out, where that is allowed.
  Request request(std::size_t index) {
    const ParticipantId target = seats.at(bystander);
    std::vector<Request> all;
    add_all(all, std::make_index_sequence<std::variant_size_v<Request>>{});
    Request out = all.at(index);
    if (auto* r = std::get_if<Join>(&out)) *r = World::newcomer("Again");
    if (auto* r = std::get_if<SendChat>(&out)) r->text = "hello";
    if (auto* r = std::get_if<SetName>(&out)) r->name = "Another";
    if (auto* r = std::get_if<MuteParticipant>(&out)) r->participant = target;
    if (auto* r = std::get_if<AskToUnmute>(&out)) r->participant = target;
    if (auto* r = std::get_if<StopSource>(&out)) r->participant = target;
    if (auto* r = std::get_if<LowerHand>(&out)) r->participant = target;
    if (auto* r = std::get_if<RemoveParticipant>(&out)) r->participant = target;
    if (auto* r = std::get_if<BanParticipant>(&out)) r->participant = target;
    if (auto* r = std::get_if<SetRole>(&out)) r->participant = target;
    if (auto* r = std::get_if<AdmitWaiting>(&out)) r->waiting = other_place;
    if (auto* r = std::get_if<DenyWaiting>(&out)) r->waiting = other_place;
    if (auto* r = std::get_if<WriteToLobby>(&out)) r->text = "soon";
    return out;
  }

  World world;
  ConnectionId host;
  ConnectionId cohost;
  ConnectionId member;
  ConnectionId viewer;
  ConnectionId bystander;
  ConnectionId waiting;
  ConnectionId other_waiting;
  ConnectionId stranger;
  WaitingId place;
  WaitingId other_place;
  std::map<ConnectionId, ParticipantId> seats;

 private:
  template <std::size_t... kIndex>
  static void add_all(std::vector<Request>& all, std::index_sequence<kIndex...>) {
    (all.emplace_back(std::variant_alternative_t<kIndex, Request>{}), ...);
  }
};

// What came of it, in the letters of the table. What is refused for another reason than rights,
// such as a transport that is not there, was allowed.
char outcome(const Result<ReplyBody>& result) {
  if (result) return '+';
  if (result.error().code == ErrorCode::kForbidden) return '-';
  const bool is_join_first = result.error().message == "join a room first" ||
                             result.error().message == "you are not let in yet";
  return is_join_first ? 'j' : '+';
}

char asked(Cast& cast, std::size_t index, Standing standing) {
  if (standing == Standing::kAdmin) return outcome(cast.world.operate(cast.request(index)));
  const ConnectionId from = cast.who(standing);
  cast.world.ask(from, cast.request(index));
  return outcome(cast.world.last_reply(from));
}

TEST(Rights, each_request_by_each_role_is_as_the_table_says) {
  std::size_t cells = 0;
  for (std::size_t index = 0; index < kTable.size(); ++index) {
    for (std::size_t who = 0; who < kStandings; ++who) {
      Cast cast;
      const auto standing = static_cast<Standing>(who);
      char expected = kTable.at(index).cells.at(who);
      if (index == 0 && standing == Standing::kAdmin) expected = '-';  // nobody joins by REST
      EXPECT_EQ(asked(cast, index, standing), expected)
          << kTable.at(index).name << " by standing " << who;
      ++cells;
    }
  }
  EXPECT_EQ(cells, kTable.size() * kStandings);
}

TEST(Rights, whoever_shows_nothing_changes_no_meeting_by_rest) {
  for (std::size_t index = 0; index < kTable.size(); ++index) {
    Cast cast;
    const auto before = cast.world.call.counts();
    const auto result = cast.world.operate(cast.request(index), false);
    ASSERT_FALSE(result) << kTable.at(index).name;
    EXPECT_EQ(result.error().code, ErrorCode::kUnauthenticated) << kTable.at(index).name;
    EXPECT_EQ(cast.world.call.counts(), before) << kTable.at(index).name;
  }
}

TEST(Rights, who_leads_one_room_does_nothing_in_another) {
  for (std::size_t index = 0; index < kTable.size(); ++index) {
    Cast cast;
    cast.world.rooms["klm-nopq-rst"] =
        Room{RoomId::random(cast.world.random), "klm-nopq-rst", {}, {}};
    const ConnectionId other = cast.world.connect();
    Join join = World::newcomer("Olga", "klm-nopq-rst");
    join.grant = Grant{.role = Role::kHost};
    cast.world.ask(other, std::move(join));
    ASSERT_EQ(cast.world.answer<JoinedMeeting>(other).state.self.role, Role::kHost);
    cast.world.forget_notices();
    Request request = cast.request(index);
    if (std::holds_alternative<Join>(request)) continue;
    cast.world.ask(other, std::move(request));
    EXPECT_TRUE(cast.world.told<Moderated>(cast.bystander).empty()) << kTable.at(index).name;
    EXPECT_TRUE(cast.world.told<Removed>(cast.bystander).empty()) << kTable.at(index).name;
    EXPECT_TRUE(cast.world.told<MeetingEnded>(cast.bystander).empty()) << kTable.at(index).name;
    EXPECT_TRUE(cast.world.told<RoomUpdated>(cast.bystander).empty()) << kTable.at(index).name;
    EXPECT_TRUE(cast.world.told<LobbyAdmitted>(cast.other_waiting).empty());
  }
}

TEST(Rights, a_token_for_another_room_opens_no_door) {
  World world;
  const ConnectionId c = world.connect();
  Join join = World::newcomer("Ada");
  join.grant = Grant{.room = "klm-nopq-rst", .role = Role::kHost};
  world.ask(c, std::move(join));
  EXPECT_EQ(world.refusal(c), ErrorCode::kForbidden);
}

TEST(Rights, a_viewer_sends_only_what_its_token_names_and_media_is_told_so) {
  World world;
  const ConnectionId c = world.connect();
  Join join = World::newcomer("Vera");
  join.grant = Grant{.role = Role::kViewer, .sources = 0b0010};
  world.ask(c, std::move(join));
  const ParticipantId self = world.answer<JoinedMeeting>(c).state.self.who.id;
  EXPECT_EQ(world.media.permits.at(self).sources, 0b0010);
  EXPECT_FALSE(world.media.permits.at(self).can_publish_data);
  const TransportId transport = world.make_transport(c, control::TransportDirection::kSend);
  world.ask(c, Produce{transport, Source::kCamera, {}, false});
  EXPECT_EQ(world.refusal(c), ErrorCode::kForbidden);
  world.ask(c, Produce{transport, Source::kMicrophone, {}, false});
  world.answer<ProducerMade>(c);
}

TEST(Rights, a_member_who_is_made_a_viewer_loses_what_it_sends_whatever_its_token_says) {
  Cast cast;
  World& world = cast.world;
  const ConnectionId c = world.connect();
  Join join = World::newcomer("Max");
  join.grant = Grant{.bypasses_lobby = true, .sources = control::kAllSources};
  world.ask(c, std::move(join));
  const ParticipantId max = world.answer<JoinedMeeting>(c).state.self.who.id;
  const ProducerId camera = world.produce(c, Source::kCamera);
  world.forget_notices();
  world.ask(cast.host, SetRole{max, Role::kViewer});
  world.answer<Done>(cast.host);
  EXPECT_FALSE(world.media.producers.contains(camera));
  EXPECT_EQ(world.told<ProducerRemoved>(c).size(), 1u) << "its own page is told";
  EXPECT_EQ(world.told<ProducerRemoved>(cast.member).size(), 1u);
  const auto told = world.told<SelfUpdated>(c);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].self.role, Role::kViewer);
  EXPECT_EQ(told[0].permits.media.sources, 0);
  const TransportId transport = world.make_transport(c, control::TransportDirection::kSend);
  world.ask(c, Produce{transport, Source::kCamera, {}, false});
  EXPECT_EQ(world.refusal(c), ErrorCode::kForbidden);
}

TEST(Rights, a_camera_that_was_being_made_as_the_right_to_it_went_is_closed) {
  Cast cast;
  World& world = cast.world;
  const TransportId transport =
      world.make_transport(cast.member, control::TransportDirection::kSend);
  world.media_answers = false;
  world.ask(cast.member, Produce{transport, Source::kCamera, {}, false});
  world.ask(cast.host, SetRole{cast.seats.at(cast.member), Role::kViewer});
  world.release_answers();
  EXPECT_EQ(world.refusal(cast.member), ErrorCode::kForbidden);
  EXPECT_TRUE(world.media.producers.empty());
}

TEST(Rights, who_may_not_receive_gets_no_consumer) {
  World world;
  const ConnectionId a = world.connect();
  world.join(a, "Ada");
  const ProducerId camera = world.produce(a, Source::kCamera);
  const ConnectionId b = world.connect();
  Join join = World::newcomer("Ben");
  join.grant = Grant{.can_subscribe = false};
  world.ask(b, std::move(join));
  world.answer<JoinedMeeting>(b);
  const TransportId transport = world.make_transport(b, control::TransportDirection::kReceive);
  world.ask(b, Consume{transport, camera, ortc::RtpCapabilities{}});
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
}

TEST(Rights, who_is_hidden_is_seen_by_nobody) {
  World world;
  const ConnectionId a = world.connect();
  world.join(a, "Ada");
  const ConnectionId b = world.connect();
  Join join = World::newcomer("Bug");
  join.grant = Grant{.is_hidden = true};
  world.forget_notices();
  world.ask(b, std::move(join));
  EXPECT_EQ(world.answer<JoinedMeeting>(b).state.participants.size(), 1u);
  EXPECT_TRUE(world.told<ParticipantJoined>(a).empty());
  world.ask(a, GetState{});
  EXPECT_TRUE(world.answer<State>(a).participants.empty());
  world.ask(b, SendChat{"boo", std::nullopt});
  EXPECT_EQ(world.refusal(b), ErrorCode::kForbidden);
  world.happen(ConnectionClosed{b});
  EXPECT_TRUE(world.told<ParticipantLeft>(a).empty());
}

TEST(Rights, who_reports_all_the_time_is_not_heard_and_may_go_on_with_all_else) {
  Cast cast;
  World& world = cast.world;
  std::size_t taken = 0;
  for (int i = 0; i < 30; ++i) {
    world.ask(cast.member, SendReport{});
    if (world.if_answered<ReportTaken>(cast.member)) ++taken;
  }
  EXPECT_EQ(taken, 10u);
  EXPECT_EQ(world.refusal(cast.member), ErrorCode::kRateLimited);
  world.ask(cast.member, SetHand{true});
  world.answer<HandChanged>(cast.member);
}

}  // namespace
}  // namespace confab::call
