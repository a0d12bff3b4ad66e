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

  Join any_join() {
    Join join;
    join.room = dice_.between(0, 2) == 0 ? "klm-nopq-rst" : World::kRoom;
    join.name = "N";
    join.wants_transports = dice_.between(0, 1) == 0;
    join.keep_media = dice_.between(0, 1) == 0;
    if (!joined_.empty() && dice_.between(0, 1) == 0) {
      const JoinedMeeting& before = pick(joined_);
      join.resume = World::claims(before);
      join.room = before.state.room;
    }
    return join;
  }

  void request() {
    if (connections_.empty()) return connect();
    const ConnectionId c = pick(connections_);
    if (dice_.between(0, 3) != 0) {
      world_.ask(c, any_request());
      return;
    }
    world_.ask(c, any_join());
    if (const auto joined = world_.if_answered<JoinedMeeting>(c)) joined_.push_back(*joined);
  }

  World world_;
  SeededRandom dice_;
  std::vector<ConnectionId> connections_;
  std::vector<JoinedMeeting> joined_;
};

TEST(Chaos, never_loses_count_and_leaves_nothing_behind) {
  std::size_t most_consumers = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chaos chaos(seed);
    for (int i = 0; i < kSteps; ++i) {
      chaos.step();
      ASSERT_TRUE(chaos.is_consistent()) << "step " << i;
      most_consumers = std::max(most_consumers, chaos.world().call.counts().consumers);
    }
    chaos.everybody_leaves();
    ASSERT_EQ(chaos.world().call.counts(), Counts{});
    ASSERT_TRUE(chaos.world().media.is_empty());
    ASSERT_EQ(chaos.world().call.next_timeout(), kNever);
  }
  EXPECT_GT(most_consumers, 3u) << "the dice must reach the deep states, or this proves little";
}

}  // namespace
}  // namespace confab::call
