// Random sequences of everything that can happen, with answers that come late, out of order, wrong
// or never. Whatever happens: the books agree (checked inside after every event in debug builds,
// and here), and when all have gone nothing is left. A failure prints its seed.
#include <algorithm>
#include <iterator>

#include "call/testing.h"

namespace confab::call {
namespace {

using testing::World;

constexpr int kSeeds = 100;
constexpr int kSteps = 1000;

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : world_(options(), seed), dice_(seed * 7919) {
    world_.rooms["klm-nopq-rst"] = Room{RoomId::random(world_.random), "klm-nopq-rst", {}, {}};
    for (auto& [code, room] : world_.rooms) room.host_key_hash = "hash";
  }

  void step() {
    switch (dice_.between(0, 59)) {
      case 0:
        return connect();
      case 1:
        return disconnect();
      case 2:
        return change_weather();
      case 3:
        return media_news();
      case 4:
        return world_.pass(Duration(dice_.between(1, 12'000)) * 1'000'000);
      default:
        return request();
    }
  }

  bool is_consistent() const { return world_.call.is_consistent(); }
  // Nobody sends what the media plane was told that they may not.
  bool media_agrees() const {
    return std::ranges::all_of(world_.media.producers, [&](const auto& entry) {
      const auto owner = world_.media.of_participant.find(entry.second);
      return owner == world_.media.of_participant.end() ||
             world_.media.permits.at(owner->second).allows(world_.media.sources.at(entry.first));
    });
  }
  std::size_t waited() const { return waiting_.size(); }
  std::size_t moderated() const { return moderated_; }

  void everybody_leaves() {
    for (const ConnectionId c : connections_) {
      world_.happen(dice_.between(0, 1) == 0 ? Event(ConnectionClosed{c})
                                             : Event(ConnectionLost{c}));
    }
    world_.media_error.reset();
    world_.release_answers();
    world_.pass(5min);
    world_.release_answers();
  }

  World& world() { return world_; }

 private:
  static Options options() {
    Options out;
    out.participants_max = 5;
    out.reopen_attempts = 3;
    return out;
  }

  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[dice_.between(0, static_cast<std::uint32_t>(from.size() - 1))];
  }

  void connect() { connections_.push_back(world_.connect()); }

  void disconnect() {
    if (connections_.empty()) return;
    const ConnectionId c = pick(connections_);
    const auto kind = dice_.between(0, 2);
    if (kind == 0) {
      world_.happen(ConnectionRecovered{c});
      return;
    }
    world_.happen(kind == 1 ? Event(ConnectionLost{c}) : Event(ConnectionClosed{c}));
    if (kind == 2) std::erase(connections_, c);
  }

  void change_weather() {
    switch (dice_.between(0, 9)) {
      case 0:
        world_.media_answers = false;
        return;
      case 1:
        world_.store_answers = false;
        return;
      case 2:
        world_.media_error = Error{ErrorCode::kUnavailable, "down"};
        return;
      default:
        world_.media_error.reset();
        world_.release_answers();
        return;
    }
  }

  void media_news() {
    if (joined_.empty()) return;
    const JoinedMeeting& who = pick(joined_);
    control::MediaEvent event{who.meeting, control::ActiveSpeakers{{{any_producer(), -10}}}};
    switch (dice_.between(0, 5)) {
      case 0:
        event.body = control::TransportStateChanged{any_transport(), who.state.self.who.id,
                                                    control::TransportState::kClosed, ""};
        break;
      case 1:
        if (!world_.media.consumers.empty()) {
          const auto& [id, ends] = *world_.media.consumers.begin();
          event.body = control::ConsumerClosed{id, ends.first};
        }
        break;
      case 2:
        world_.media.lose(who.meeting);
        event.body = control::MeetingLost{"chaos"};
        break;
      default:
        break;
    }
    world_.happen(std::move(event));
  }

  TransportId any_transport() {
    if (world_.media.transports.empty()) return TransportId::random(world_.random);
    auto it = world_.media.transports.begin();
    std::advance(it,
                 dice_.between(0, static_cast<std::uint32_t>(world_.media.transports.size() - 1)));
    return it->first;
  }
  ProducerId any_producer() {
    if (world_.media.producers.empty()) return ProducerId::random(world_.random);
    auto it = world_.media.producers.begin();
    std::advance(it,
                 dice_.between(0, static_cast<std::uint32_t>(world_.media.producers.size() - 1)));
    return it->first;
  }
  ConsumerId any_consumer() {
    if (world_.media.consumers.empty()) return ConsumerId::random(world_.random);
    return world_.media.consumers.rbegin()->first;
  }

  Request any_request() {
    const bool flag = dice_.between(0, 1) == 0;
    switch (dice_.between(0, 18)) {
      case 0:
        return Leave{};
      case 1:
        return GetState{};
      case 2:
      case 3:
      case 4:
        return CreateTransport{flag ? control::TransportDirection::kSend
                                    : control::TransportDirection::kReceive};
      case 5:
        return ConnectTransport{any_transport(), {}};
      case 6:
        return CloseTransport{any_transport()};
      case 7:
      case 8:
        return Produce{any_transport(), flag ? Source::kCamera : Source::kMicrophone, {}, flag};
      case 9:
        return SetProducerPaused{any_producer(), flag};
      case 10:
        return CloseProducer{any_producer()};
      case 11:
      case 12:
      case 13:
        return Consume{any_transport(), any_producer(), ortc::RtpCapabilities{}};
      case 14:
        return CloseConsumer{any_consumer()};
      case 15:
        return SendChat{"x", std::nullopt};
      case 16:
        return SetHand{flag};
      case 17:
        return GetChat{};
      default:
        return SetConsumerPaused{any_consumer(), flag};
    }
  }

  ParticipantId any_participant() {
    if (joined_.empty() || dice_.between(0, 9) == 0) return ParticipantId::random(world_.random);
    return pick(joined_).state.self.who.id;
  }
  WaitingId any_waiting() {
    return waiting_.empty() ? WaitingId::random(world_.random) : pick(waiting_).waiting.id;
  }
  Source any_source() { return static_cast<Source>(dice_.between(0, 3)); }

  Request any_moderation() {
    const bool flag = dice_.between(0, 1) == 0;
    switch (dice_.between(0, 19)) {
      case 0:
        return MuteParticipant{any_participant(), any_source()};
      case 1:
        return MuteAll{};
      case 2:
        return AskToUnmute{any_participant(), any_source()};
      case 3:
        return StopSource{any_participant(), any_source()};
      case 4:
        return LowerHand{any_participant()};
      case 5:
        return LowerHands{};
      case 6:
        return RemoveParticipant{any_participant()};
      case 7:
        return BanParticipant{any_participant()};
      case 8:
        return ListBans{};
      case 9:
        return LiftBan{bans_.empty() ? BanId::random(world_.random) : pick(bans_)};
      case 10:
      case 11:
        return SetRole{any_participant(), static_cast<Role>(dice_.between(0, 3))};
      case 12:
        return SetRoom{.has_lobby = flag};
      case 13:
        return SetRoom{.may_unmute = flag, .may_share = !flag, .may_chat = flag};
      case 14:
        return SetLock{dice_.between(0, 3) == 0};
      case 15:
        return SetPassword{dice_.between(0, 3) == 0 ? "sesame" : ""};
      case 16:
        return AdmitWaiting{any_waiting()};
      case 17:
        return DenyWaiting{any_waiting()};
      case 18:
        return WriteToLobby{"soon"};
      default:
        return flag ? Request(AdmitAll{}) : Request(EndMeeting{});
    }
  }

  void moderate() {
    Request request = any_moderation();
    if (dice_.between(0, 3) == 0) {
      world_.happen(OperatorRequest{++operators_, World::kRoom, true, std::move(request), {}});
      return;
    }
    const ConnectionId c = pick(connections_);
    world_.ask(c, std::move(request));
    if (const auto banned = world_.if_answered<Banned>(c)) bans_.push_back(banned->ban);
    const bool is_done = world_.if_answered<Done>(c) || world_.if_answered<Counted>(c) ||
                         world_.if_answered<SettingsChanged>(c) || world_.if_answered<Banned>(c);
    if (is_done) ++moderated_;
  }

  Join any_join() {
    Join join;
    join.room = dice_.between(0, 2) == 0 ? "klm-nopq-rst" : World::kRoom;
    join.name = "N";
    join.wants_transports = dice_.between(0, 1) == 0;
    join.keep_media = dice_.between(0, 1) == 0;
    if (dice_.between(0, 4) == 0) join.host_key_hash = "hash";
    if (dice_.between(0, 2) == 0) join.password = dice_.between(0, 3) == 0 ? "wrong" : "sesame";
    if (dice_.between(0, 4) == 0) join.device = std::to_string(dice_.between(0, 20));
    if (dice_.between(0, 9) == 0) {
      join.grant = Grant{.identity = std::to_string(dice_.between(0, 3)),
                         .role = static_cast<Role>(dice_.between(0, 3)),
                         .can_subscribe = dice_.between(0, 3) != 0,
                         .is_hidden = dice_.between(0, 9) == 0};
    }
    if (!waiting_.empty() && dice_.between(0, 2) == 0) {
      const InLobby& waits = pick(waiting_);
      join.knock = waits.knock;
      join.room = waits.room;
    }
    if (!joined_.empty() && dice_.between(0, 1) == 0) {
      const JoinedMeeting& before = pick(joined_);
      join.resume = World::claims(before);
      join.room = before.state.room;
    }
    return join;
  }

  void request() {
    if (connections_.empty()) return connect();
    if (dice_.between(0, 5) == 0) return moderate();
    const ConnectionId c = pick(connections_);
    if (dice_.between(0, 3) != 0) {
      world_.ask(c, any_request());
      return;
    }
    world_.ask(c, any_join());
    if (const auto joined = world_.if_answered<JoinedMeeting>(c)) joined_.push_back(*joined);
    if (const auto waits = world_.if_answered<InLobby>(c)) waiting_.push_back(*waits);
  }

  World world_;
  SeededRandom dice_;
  std::vector<ConnectionId> connections_;
  std::vector<JoinedMeeting> joined_;
  std::vector<InLobby> waiting_;
  std::vector<BanId> bans_;
  RequestNumber operators_ = 1'000'000;
  std::size_t moderated_ = 0;
};

TEST(Chaos, never_loses_count_and_leaves_nothing_behind) {
  std::size_t most_consumers = 0;
  std::size_t waited = 0;
  std::size_t moderated = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chaos chaos(seed);
    for (int i = 0; i < kSteps; ++i) {
      chaos.step();
      ASSERT_TRUE(chaos.is_consistent()) << "step " << i;
      ASSERT_TRUE(chaos.media_agrees()) << "step " << i;
      most_consumers = std::max(most_consumers, chaos.world().call.counts().consumers);
    }
    waited += chaos.waited();
    moderated += chaos.moderated();
    chaos.everybody_leaves();
    ASSERT_EQ(chaos.world().call.counts(), Counts{});
    ASSERT_TRUE(chaos.world().media.is_empty());
    ASSERT_EQ(chaos.world().call.next_timeout(), kNever);
  }
  EXPECT_GT(most_consumers, 3u) << "the dice must reach the deep states, or this proves little";
  EXPECT_GT(waited, 500u);
  EXPECT_GT(moderated, 1000u) << "most may not, but some must";
}

}  // namespace
}  // namespace confab::call
