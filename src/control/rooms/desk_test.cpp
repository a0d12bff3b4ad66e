#include "control/rooms/desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <span>
#include <utility>

#include "rtc/ortc/capabilities_hash.h"

namespace confab::rooms {
namespace {

using control::TransportDirection;
using testing::ElementsAre;

class DeskTest : public testing::Test {
 protected:
  template <typename T>
  std::vector<T> take() {
    Desk::Output out;
    while (desk_->poll(out)) {
      if (auto* command = std::get_if<Desk::Execute>(&out)) {
        commands_.push_back(std::move(*command));
      } else {
        replies_.push_back(std::move(std::get<Desk::Reply>(out)));
      }
    }
    if constexpr (std::is_same_v<T, Desk::Reply>) return std::exchange(replies_, {});
    if constexpr (std::is_same_v<T, Desk::Execute>) return std::exchange(commands_, {});
  }
  // What was asked of the media plane since, of this kind.
  template <typename T>
  std::vector<T> asked() {
    std::vector<T> found;
    for (const Desk::Execute& command : take<Desk::Execute>()) {
      if (const auto* request = std::get_if<T>(&command.request)) found.push_back(*request);
    }
    return found;
  }
  // Answers the newest command so, and what came before it as done.
  void complete(Result<control::MediaResult> result) {
    auto commands = take<Desk::Execute>();
    ASSERT_FALSE(commands.empty());
    for (const auto& before : std::span(commands).first(commands.size() - 1)) {
      desk_->completed(now_, {before.id, before.meeting, control::Done{}});
    }
    last_ = commands.back();
    desk_->completed(now_, {last_.id, last_.meeting, std::move(result)});
  }
  CallId call(Request request) {
    desk_->handle(now_, ++last_call_, request);
    return last_call_;
  }
  Result<Answer> answer_of(CallId id) {
    for (Desk::Reply& reply : take<Desk::Reply>()) {
      if (reply.call == id) return std::move(reply.answer);
    }
    return fail(ErrorCode::kTimeout, "not answered");
  }
  ErrorCode error_of(CallId id) {
    const auto answer = answer_of(id);
    EXPECT_FALSE(answer);
    return answer ? ErrorCode::kInternal : answer.error().code;
  }
  bool is_done(CallId id) {
    const auto answer = answer_of(id);
    return answer && std::holds_alternative<Done>(*answer);
  }

  MeetingId open(const std::string& room) {
    const CallId id = call(GetCapabilities{room});
    complete(control::MeetingOpened{});
    EXPECT_TRUE(answer_of(id));
    return last_.meeting;
  }
  TransportId make_transport(const std::string& room) {
    const CallId id = call(CreateTransport{room, TransportDirection::kSend});
    const auto transport = TransportId::random(random_);
    complete(control::TransportCreated{transport, {}, {}, {}});
    EXPECT_TRUE(answer_of(id));
    return transport;
  }
  void enter(const MeetingId& meeting, const TransportId& transport,
             control::TransportState state) {
    desk_->happened(now_, {meeting, control::TransportStateChanged{transport, {}, state, ""}});
  }
  ProducerId produce(const TransportId& transport, const std::string& user) {
    const CallId id = call(Produce{transport, ortc::MediaKind::kVideo, {}, {user, "", "{}"}});
    const auto producer = ProducerId::random(random_);
    complete(control::Produced{producer});
    EXPECT_TRUE(answer_of(id));
    return producer;
  }
  ConsumerId consume(const std::string& room, const TransportId& transport,
                     const ProducerId& producer) {
    const CallId id = call(Consume{room, transport, producer, {}});
    control::Consumed made;
    made.consumer = ConsumerId::random(random_);
    made.producer = producer;
    complete(made);
    EXPECT_TRUE(answer_of(id));
    return made.consumer;
  }
  void wait(Duration duration) {
    const Instant until = now_ + duration;
    while (desk_->next_timeout() <= until) {
      now_ = desk_->next_timeout();
      desk_->handle_timeout(now_);
    }
    now_ = until;
  }
  std::vector<std::size_t> gauges() const {
    const auto g = desk_->gauges();
    return {g.rooms, g.transports, g.producers, g.consumers, g.calls};
  }
  void limit(const Limits& limits) { desk_.emplace(limits, random_); }

  SeededRandom random_{1};
  Instant now_{};
  std::optional<Desk> desk_{std::in_place, Limits{}, random_};
  std::vector<Desk::Execute> commands_;
  std::vector<Desk::Reply> replies_;
  Desk::Execute last_;
  CallId last_call_ = 0;
};

TEST_F(DeskTest, ARoomIsMadeOnceForAllWhoAskForItsCapabilities) {
  const CallId first = call(GetCapabilities{"r"});
  const CallId second = call(GetCapabilities{"r"});
  EXPECT_TRUE(take<Desk::Reply>().empty());
  control::MeetingOpened opened;
  opened.router_capabilities.codecs.push_back({.mime_type = "audio/opus"});
  complete(opened);
  const auto replies = take<Desk::Reply>();
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_THAT((std::vector{replies[0].call, replies[1].call}), ElementsAre(first, second));
  for (const Desk::Reply& reply : replies) {
    EXPECT_EQ(std::get<Capabilities>(*reply.answer).rtp_capabilities.codecs.size(), 1u);
  }
  call(GetCapabilities{"r"});
  EXPECT_TRUE(asked<control::OpenMeeting>().empty());
}

TEST_F(DeskTest, ARoomThatCouldNotBeMadeIsSaidSoAndMayBeMadeLater) {
  const CallId id = call(GetCapabilities{"r"});
  complete(fail(ErrorCode::kFull, "no more meetings on this server"));
  EXPECT_EQ(error_of(id), ErrorCode::kFull);
  EXPECT_THAT(gauges(), ElementsAre(0, 0, 0, 0, 0));
  open("r");
}

TEST_F(DeskTest, NothingElseMakesARoom) {
  EXPECT_EQ(error_of(call(CreateTransport{"r"})), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(call(Consume{.room = "r"})), ErrorCode::kNotFound);
  EXPECT_TRUE(is_done(call(CleanupUser{"r", "ada"})));
  const auto list = answer_of(call(GetProducers{"r"}));
  EXPECT_TRUE(std::get<ProducerList>(*list).producers.empty());
  EXPECT_THAT(gauges(), ElementsAre(0, 0, 0, 0, 0));
}

TEST_F(DeskTest, ProducersAreListedWithWhoseTheyAre) {
  open("r");
  const TransportId transport = make_transport("r");
  const CallId id =
      call(Produce{transport, ortc::MediaKind::kVideo, {}, {"ada", "r", R"({"type":"screen"})"}});
  const auto producer = ProducerId::random(random_);
  complete(control::Produced{producer});
  EXPECT_EQ(std::get<control::Produced>(*answer_of(id)).producer, producer);
  const auto list = answer_of(call(GetProducers{"r"}));
  const auto& listed = std::get<ProducerList>(*list).producers;
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].producer, producer);
  EXPECT_EQ(listed[0].user, "ada");
  EXPECT_EQ(listed[0].app_data, R"({"type":"screen"})");
}

TEST_F(DeskTest, WhatAReceiverCanDecodeIsToldOnce) {
  open("r");
  const TransportId transport = make_transport("r");
  const ProducerId producer = produce(transport, "ada");
  Consume request{"r", transport, producer, {}};
  request.rtp_capabilities.codecs.push_back({.mime_type = "audio/opus"});
  call(request);
  call(request);
  EXPECT_EQ(asked<control::PutCapabilities>().size(), 1u);
  request.rtp_capabilities.codecs.push_back({.mime_type = "video/VP8"});
  call(request);
  const auto put = asked<control::PutCapabilities>();
  ASSERT_EQ(put.size(), 1u);
  EXPECT_EQ(put[0].hash, ortc::capabilities_hash(request.rtp_capabilities));
}

TEST_F(DeskTest, WhatDidNotGetThroughIsToldAgain) {
  open("r");
  const TransportId transport = make_transport("r");
  const ProducerId producer = produce(transport, "ada");
  const CallId id = call(Consume{"r", transport, producer, {}});
  const auto commands = take<Desk::Execute>();
  ASSERT_EQ(commands.size(), 2u);
  const auto refused = [&](const Desk::Execute& command, ErrorCode code) {
    desk_->completed(now_, {command.id, command.meeting, fail(code, "no")});
  };
  refused(commands[0], ErrorCode::kUnavailable);
  refused(commands[1], ErrorCode::kConflict);
  EXPECT_EQ(error_of(id), ErrorCode::kUnavailable);
  call(Consume{"r", transport, producer, {}});
  EXPECT_EQ(asked<control::PutCapabilities>().size(), 1u);
}

TEST_F(DeskTest, WhatIsInAnotherRoomIsNotFound) {
  open("r");
  open("s");
  const TransportId transport = make_transport("r");
  const TransportId other = make_transport("s");
  const ProducerId producer = produce(transport, "ada");
  EXPECT_EQ(error_of(call(Consume{"r", other, producer, {}})), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(call(Consume{"s", other, producer, {}})), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(call(SetProducerPaused{producer, "s", true})), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(call(Produce{transport, ortc::MediaKind::kAudio, {}, {"ada", "s", "{}"}})),
            ErrorCode::kInvalidArgument);
  EXPECT_TRUE(is_done(call(CloseProducer{producer, "s"})));
  EXPECT_EQ(desk_->gauges().producers, 1u);
}

TEST_F(DeskTest, WhoPausesIsAnsweredWhenItIsDone) {
  open("r");
  const ProducerId producer = produce(make_transport("r"), "ada");
  const CallId id = call(SetProducerPaused{producer, "r", true});
  EXPECT_TRUE(take<Desk::Reply>().empty());
  complete(control::Done{});
  EXPECT_TRUE(std::get<control::SetProducerPaused>(last_.request).paused);
  EXPECT_TRUE(is_done(id));
}

TEST_F(DeskTest, ClosingAgainIsDone) {
  open("r");
  const ProducerId producer = produce(make_transport("r"), "ada");
  EXPECT_TRUE(is_done(call(CloseProducer{producer, "r"})));
  EXPECT_TRUE(is_done(call(CloseProducer{producer, "r"})));
  EXPECT_EQ(asked<control::CloseProducer>().size(), 1u);
  EXPECT_EQ(error_of(call(SetProducerPaused{producer, "r", true})), ErrorCode::kNotFound);
}

TEST_F(DeskTest, AUserWhoIsCleanedUpTakesNobodyElseAlong) {
  open("r");
  const TransportId hers = make_transport("r");
  const TransportId his = make_transport("r");
  produce(hers, "ada");
  produce(hers, "ada");
  const ProducerId stays = produce(his, "ben");
  EXPECT_TRUE(is_done(call(CleanupUser{"r", "ada"})));
  EXPECT_EQ(asked<control::CloseProducer>().size(), 2u);
  const auto list = answer_of(call(GetProducers{"r"}));
  ASSERT_EQ(std::get<ProducerList>(*list).producers.size(), 1u);
  EXPECT_EQ(std::get<ProducerList>(*list).producers[0].producer, stays);
}

TEST_F(DeskTest, AConsumerIsResumedUntilItsProducerIsGone) {
  const MeetingId meeting = open("r");
  const TransportId transport = make_transport("r");
  const ConsumerId consumer = consume("r", transport, produce(transport, "ada"));
  const CallId id = call(ResumeConsumer{consumer});
  complete(control::Done{});
  EXPECT_TRUE(is_done(id));
  desk_->happened(now_, {meeting, control::ConsumerClosed{consumer, transport}});
  EXPECT_EQ(error_of(call(ResumeConsumer{consumer})), ErrorCode::kNotFound);
}

TEST_F(DeskTest, ATransportIsConnectedOnceAndInVainNever) {
  open("r");
  const TransportId transport = make_transport("r");
  const CallId in_vain = call(ConnectTransport{transport, {}});
  complete(fail(ErrorCode::kUnavailable, "the media plane is overloaded; try again"));
  EXPECT_EQ(error_of(in_vain), ErrorCode::kUnavailable);
  const CallId id = call(ConnectTransport{transport, {}});
  EXPECT_EQ(error_of(call(ConnectTransport{transport, {}})), ErrorCode::kConflict);
  complete(control::Done{});
  EXPECT_TRUE(is_done(id));
  EXPECT_EQ(error_of(call(ConnectTransport{transport, {}})), ErrorCode::kConflict);
}

TEST_F(DeskTest, ATransportThatNobodyConnectsIsClosed) {
  const MeetingId meeting = open("r");
  const TransportId idle = make_transport("r");
  const TransportId used = make_transport("r");
  enter(meeting, used, control::TransportState::kConnected);
  wait(59s);
  EXPECT_TRUE(asked<control::CloseTransport>().empty());
  wait(1s);
  const auto closed = asked<control::CloseTransport>();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].transport, idle);
  EXPECT_EQ(error_of(call(ConnectTransport{idle, {}})), ErrorCode::kNotFound);
  wait(24h);
  EXPECT_EQ(desk_->gauges().transports, 1u);
  EXPECT_EQ(desk_->counts().transports_unconnected, 1u);
}

TEST_F(DeskTest, WithATransportGoesWhatItCarried) {
  const MeetingId meeting = open("r");
  const TransportId transport = make_transport("r");
  const ProducerId producer = produce(transport, "ada");
  consume("r", transport, producer);
  EXPECT_THAT(gauges(), ElementsAre(1, 1, 1, 1, 0));
  enter(meeting, transport, control::TransportState::kClosed);
  EXPECT_THAT(gauges(), ElementsAre(1, 0, 0, 0, 0));
  EXPECT_TRUE(take<Desk::Execute>().empty());
}

TEST_F(DeskTest, WhatIsMadeOnATransportThatIsGoneMeanwhileIsNotFound) {
  open("r");
  const TransportId transport = make_transport("r");
  const CallId id = call(Produce{transport, ortc::MediaKind::kVideo, {}, {"ada", "", "{}"}});
  const auto command = take<Desk::Execute>().back();
  wait(60s);
  desk_->completed(now_,
                   {command.id, command.meeting, control::Produced{ProducerId::random(random_)}});
  EXPECT_EQ(error_of(id), ErrorCode::kNotFound);
  EXPECT_THAT(gauges(), ElementsAre(1, 0, 0, 0, 0));
}

TEST_F(DeskTest, ARoomThatNobodyAsksForIsClosed) {
  open("r");
  wait(4min);
  call(GetProducers{"r"});
  wait(4min);
  EXPECT_TRUE(asked<control::CloseMeeting>().empty());
  wait(1min);
  EXPECT_EQ(asked<control::CloseMeeting>().size(), 1u);
  EXPECT_THAT(gauges(), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_EQ(desk_->counts().rooms_idle, 1u);
  EXPECT_EQ(error_of(call(CreateTransport{"r"})), ErrorCode::kNotFound);
}

TEST_F(DeskTest, ARoomWhoseCallerVanishedGoesAfterItsPeople) {
  const MeetingId meeting = open("r");
  const TransportId transport = make_transport("r");
  enter(meeting, transport, control::TransportState::kConnected);
  wait(24h);
  EXPECT_EQ(desk_->gauges().rooms, 1u) << "people are in it";
  enter(meeting, transport, control::TransportState::kFailed);
  wait(5min);
  EXPECT_EQ(desk_->gauges().rooms, 0u);
}

TEST_F(DeskTest, ALostRoomIsForgottenAndWhoWaitsIsTold) {
  const MeetingId meeting = open("r");
  const CallId waits = call(CreateTransport{"r"});
  const auto command = take<Desk::Execute>().back();
  desk_->happened(now_, {meeting, control::MeetingLost{"the shard is gone"}});
  EXPECT_EQ(desk_->gauges().rooms, 0u);
  desk_->completed(now_, {command.id, meeting, fail(ErrorCode::kNotFound, "no such meeting")});
  EXPECT_EQ(error_of(waits), ErrorCode::kNotFound);
  const CallId opening = call(GetCapabilities{"s"});
  desk_->happened(now_, {take<Desk::Execute>().back().meeting, control::MeetingLost{"gone"}});
  EXPECT_EQ(error_of(opening), ErrorCode::kUnavailable);
  EXPECT_THAT(gauges(), ElementsAre(0, 0, 0, 0, 0));
}

TEST_F(DeskTest, AtEachLimitTheNewcomerIsRefusedAndCounted) {
  limit({.rooms_max = 2, .transports_max = 3, .room_transports_max = 2, .room_producers_max = 1});
  open("r");
  open("s");
  EXPECT_EQ(error_of(call(GetCapabilities{"t"})), ErrorCode::kFull);
  const TransportId transport = make_transport("r");
  const CallId second = call(CreateTransport{"r"});
  EXPECT_EQ(error_of(call(CreateTransport{"r"})), ErrorCode::kFull) << "one is being made";
  complete(control::TransportCreated{TransportId::random(random_), {}, {}, {}});
  EXPECT_TRUE(answer_of(second));
  make_transport("s");
  EXPECT_EQ(error_of(call(CreateTransport{"s"})), ErrorCode::kFull);
  produce(transport, "ada");
  EXPECT_EQ(error_of(call(Produce{transport, ortc::MediaKind::kVideo, {}, {"ada", "", "{}"}})),
            ErrorCode::kFull);
  EXPECT_EQ(desk_->counts().refused[static_cast<std::size_t>(ErrorCode::kFull)], 4u);
}

TEST_F(DeskTest, MoreCallsThanMayWaitAreRefused) {
  limit({.calls_max = 2});
  call(GetCapabilities{"r"});
  call(GetCapabilities{"r"});
  EXPECT_EQ(error_of(call(GetCapabilities{"r"})), ErrorCode::kFull);
  complete(control::MeetingOpened{});
  EXPECT_TRUE(answer_of(call(GetCapabilities{"r"})));
}

TEST_F(DeskTest, ANodeThatDrainsTakesNoNewRoomsUntilItIsTakenBack) {
  open("r");
  desk_->set_draining(true);
  EXPECT_EQ(error_of(call(GetCapabilities{"s"})), ErrorCode::kUnavailable);
  EXPECT_TRUE(answer_of(call(GetCapabilities{"r"})));
  desk_->set_draining(false);
  open("s");
}

TEST_F(DeskTest, TwoHundredWhoCameAndWentLeaveNothing) {
  for (int i = 0; i < 200; ++i) {
    const MeetingId meeting = open("r");
    const TransportId send = make_transport("r");
    const TransportId receive = make_transport("r");
    enter(meeting, send, control::TransportState::kConnected);
    const ProducerId producer = produce(send, "ada");
    const ConsumerId consumer = consume("r", receive, producer);
    EXPECT_TRUE(is_done(call(CleanupUser{"r", "ada"})));
    desk_->happened(now_, {meeting, control::ConsumerClosed{consumer, receive}});
    enter(meeting, send, control::TransportState::kClosed);
    wait(60s + 5min);
    EXPECT_THAT(gauges(), ElementsAre(0, 0, 0, 0, 0));
  }
  EXPECT_EQ(desk_->next_timeout(), kNever);
}

}  // namespace
}  // namespace confab::rooms
