#include "call/rate_limit.h"
#include "call/testing.h"

namespace confab::call {
namespace {

using control::TransportDirection;
using testing::World;

class MediaTest : public ::testing::Test {
 protected:
  World world;
  ConnectionId a = world.connect();
  ConnectionId b = world.connect();
  JoinedMeeting ada = world.join(a, "Ada");
  JoinedMeeting ben = world.join(b, "Ben");
};

TEST_F(MediaTest, a_producer_is_announced_paused_resumed_and_closed) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  const auto added = world.told<ProducerAdded>(b);
  ASSERT_EQ(added.size(), 1u);
  EXPECT_EQ(added[0].producer.id, camera);
  EXPECT_EQ(added[0].who.id, ada.state.self.who.id);

  world.ask(a, SetProducerPaused{camera, true});
  world.ask(a, SetProducerPaused{camera, true});
  auto changed = world.told<ProducerPauseChanged>(b);
  ASSERT_EQ(changed.size(), 1u) << "twice the same is told once";
  EXPECT_TRUE(changed[0].producer.paused);
  world.pass(kStateInterval);
  world.ask(a, SetProducerPaused{camera, false});
  EXPECT_FALSE(world.told<ProducerPauseChanged>(b)[0].producer.paused);

  world.ask(a, CloseProducer{camera});
  EXPECT_EQ(world.told<ProducerRemoved>(b).size(), 1u);
  EXPECT_TRUE(world.media.producers.empty());
  EXPECT_TRUE(world.told<ProducerAdded>(a).empty());
}

TEST_F(MediaTest, nobody_touches_what_is_not_his) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  const TransportId transport = world.make_transport(a, TransportDirection::kReceive);
  const ConsumerId consumer = world.consume(a, camera).consumed.consumer;
  const std::vector<Request> trespasses = {
      ConnectTransport{transport, {}},   RestartIce{transport},
      CloseTransport{transport},         Produce{transport, Source::kCamera, {}, false},
      SetProducerPaused{camera, true},   CloseProducer{camera},
      SetConsumerPaused{consumer, true}, SetPreferredLayers{consumer, 0, 0},
      CloseConsumer{consumer},           Consume{transport, camera, ortc::RtpCapabilities{}}};
  for (const Request& request : trespasses) {
    world.ask(b, request);
    EXPECT_EQ(world.refusal(b), ErrorCode::kNotFound) << request.index();
  }
}

TEST_F(MediaTest, a_transport_connects_once_but_may_try_again_after_a_failure) {
  const TransportId transport = world.make_transport(a, TransportDirection::kSend);
  world.media_error = Error{ErrorCode::kTimeout, "late"};
  world.ask(a, ConnectTransport{transport, {}});
  EXPECT_EQ(world.refusal(a), ErrorCode::kTimeout);
  world.media_error.reset();
  world.ask(a, ConnectTransport{transport, {}});
  world.answer<Done>(a);
  world.ask(a, ConnectTransport{transport, {}});
  EXPECT_EQ(world.refusal(a), ErrorCode::kConflict);
}

TEST_F(MediaTest, ice_restarts_give_new_credentials) {
  const TransportId transport = world.make_transport(a, TransportDirection::kSend);
  world.ask(a, RestartIce{transport});
  EXPECT_EQ(world.answer<control::IceRestarted>(a).ice.username_fragment, "ufrag");
}

TEST_F(MediaTest, closing_a_transport_takes_its_producers_and_consumers_along) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  world.consume(b, camera);
  world.ask(a, GetState{});
  world.happen(control::MediaEvent{
      ada.meeting,
      control::TransportStateChanged{world.media.producers.at(camera), ada.state.self.who.id,
                                     control::TransportState::kClosed, "consent"}});
  EXPECT_EQ(world.told<TransportChanged>(a).size(), 1u);
  EXPECT_EQ(world.told<ProducerRemoved>(b).size(), 1u);
  EXPECT_EQ(world.call.counts().consumers, 0u);
}

TEST_F(MediaTest, a_transport_that_failed_leaves_no_producer_behind) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  world.consume(b, camera);
  world.happen(control::MediaEvent{
      ada.meeting,
      control::TransportStateChanged{world.media.producers.at(camera), ada.state.self.who.id,
                                     control::TransportState::kFailed, "no check"}});
  EXPECT_EQ(world.told<TransportChanged>(a).size(), 1u);
  EXPECT_EQ(world.told<ProducerRemoved>(b).size(), 1u);
  EXPECT_EQ(world.call.counts().producers, 0u);
  EXPECT_EQ(world.call.counts().consumers, 0u);
}

TEST_F(MediaTest, a_disconnected_transport_stays) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  world.happen(control::MediaEvent{
      ada.meeting,
      control::TransportStateChanged{world.media.producers.at(camera), ada.state.self.who.id,
                                     control::TransportState::kDisconnected, "no check"}});
  EXPECT_EQ(world.told<TransportChanged>(a).size(), 1u);
  EXPECT_TRUE(world.told<ProducerRemoved>(b).empty());
  EXPECT_EQ(world.call.counts().producers, 1u);
}

TEST_F(MediaTest, one_producer_may_be_consumed_a_few_times_by_the_same_one) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  const ProducerId screen = world.produce(a, Source::kScreen);
  const TransportId receive = world.make_transport(b, TransportDirection::kReceive);
  for (std::size_t i = 0; i < Options{}.consumers_per_producer_max; ++i) {
    world.ask(b, Consume{receive, camera, ortc::RtpCapabilities{}});
    world.answer<ConsumerMade>(b);
  }
  world.ask(b, Consume{receive, camera, ortc::RtpCapabilities{}});
  EXPECT_EQ(world.refusal(b), ErrorCode::kFull);
  world.ask(b, Consume{receive, screen, std::nullopt});
  const ConsumerId other = world.answer<ConsumerMade>(b).consumed.consumer;
  EXPECT_TRUE(world.media.consumers.contains(other));
}

TEST_F(MediaTest, consumers_on_their_way_do_not_pass_the_limit) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  const TransportId receive = world.make_transport(b, TransportDirection::kReceive);
  world.media_answers = false;
  for (std::size_t i = 0; i < 3 * Options{}.consumers_per_producer_max; ++i) {
    world.ask(b, Consume{receive, camera, ortc::RtpCapabilities{}});
  }
  world.release_answers();
  EXPECT_EQ(world.call.counts().consumers, Options{}.consumers_per_producer_max);
  EXPECT_EQ(world.media.consumers.size(), Options{}.consumers_per_producer_max);
}

TEST_F(MediaTest, limits_count_what_is_on_its_way) {
  world.media_answers = false;
  for (std::size_t i = 0; i < limits::kTransportsPerParticipant; ++i) {
    world.ask(a, CreateTransport{});
    EXPECT_FALSE(world.has_reply(a));
  }
  world.ask(a, CreateTransport{});
  EXPECT_EQ(world.refusal(a), ErrorCode::kFull);
}

TEST_F(MediaTest, producers_have_a_limit) {
  const TransportId send = world.make_transport(a, TransportDirection::kSend);
  for (std::size_t i = 0; i < limits::kProducersPerParticipant; ++i) {
    world.ask(a, Produce{send, Source::kCamera, {}, false});
    world.answer<ProducerMade>(a);
  }
  world.ask(a, Produce{send, Source::kCamera, {}, false});
  EXPECT_EQ(world.refusal(a), ErrorCode::kFull);
}

TEST_F(MediaTest, a_consumer_knows_whose_it_is_and_needs_capabilities_once) {
  const ProducerId camera = world.produce(a, Source::kCamera, true);
  const TransportId receive = world.make_transport(b, TransportDirection::kReceive);
  world.ask(b, Consume{receive, camera, std::nullopt});
  EXPECT_EQ(world.refusal(b), ErrorCode::kInvalidArgument);
  world.ask(b, Consume{receive, camera, ortc::RtpCapabilities{}});
  const auto& made = world.answer<ConsumerMade>(b);
  EXPECT_EQ(made.publisher.id, ada.state.self.who.id);
  EXPECT_EQ(made.source, Source::kCamera);
  EXPECT_TRUE(made.consumed.paused);
  EXPECT_TRUE(made.consumed.producer_paused);
  world.ask(b, Consume{receive, camera, std::nullopt});
  world.answer<ConsumerMade>(b);
}

TEST_F(MediaTest, what_a_device_can_decode_is_told_the_media_plane_once) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  const ProducerId microphone = world.produce(a, Source::kMicrophone);
  const TransportId transport = world.make_transport(b, TransportDirection::kReceive);
  world.ask(b, Consume{transport, camera, ortc::RtpCapabilities{}});
  world.ask(b, Consume{transport, microphone, ortc::RtpCapabilities{}});
  world.answer<ConsumerMade>(b);
  EXPECT_EQ(world.media.capabilities_put, 1);

  ortc::RtpCapabilities more;
  more.codecs.emplace_back();
  world.ask(b, Consume{transport, camera, more});
  world.answer<ConsumerMade>(b);
  EXPECT_EQ(world.media.capabilities_put, 2);
}

TEST_F(MediaTest, what_the_media_plane_had_no_room_for_is_told_again) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  const TransportId transport = world.make_transport(b, TransportDirection::kReceive);
  world.media_answers = false;
  world.ask(b, Consume{transport, camera, ortc::RtpCapabilities{}});
  const auto asked = std::exchange(world.kept_commands, {});
  ASSERT_EQ(asked.size(), 2u);
  world.happen(control::MediaCompletion{asked[0].id, asked[0].meeting,
                                        fail(ErrorCode::kUnavailable, "full")});
  world.happen(
      control::MediaCompletion{asked[1].id, asked[1].meeting, fail(ErrorCode::kConflict, "what?")});
  EXPECT_EQ(world.refusal(b), ErrorCode::kUnavailable);

  world.media_answers = true;
  world.ask(b, Consume{transport, camera, std::nullopt});
  world.answer<ConsumerMade>(b);
}

TEST_F(MediaTest, a_consumer_of_a_producer_that_went_meanwhile_is_undone) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  const TransportId receive = world.make_transport(b, TransportDirection::kReceive);
  world.media_answers = false;
  world.ask(b, Consume{receive, camera, ortc::RtpCapabilities{}});
  world.ask(a, CloseProducer{camera});
  world.release_answers();
  EXPECT_EQ(world.refusal(b), ErrorCode::kNotFound);
  EXPECT_TRUE(world.media.consumers.empty());
  EXPECT_EQ(world.call.counts().consumers, 0u);
}

TEST_F(MediaTest, a_consumer_that_media_closed_is_told_to_its_owner) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  const ConsumerMade made = world.consume(b, camera);
  const ConsumerId id = made.consumed.consumer;
  world.happen(control::MediaEvent{
      ada.meeting, control::ConsumerClosed{id, world.media.consumers.at(id).first}});
  ASSERT_EQ(world.told<ConsumerRemoved>(b).size(), 1u);
  EXPECT_TRUE(world.told<ConsumerRemoved>(a).empty());
  world.ask(b, CloseConsumer{id});
  EXPECT_EQ(world.refusal(b), ErrorCode::kNotFound);
}

TEST_F(MediaTest, whoever_consumed_a_producer_is_told_when_it_is_closed) {
  const ConnectionId c = world.connect();
  world.join(c, "Cleo");
  const ProducerId camera = world.produce(a, Source::kCamera);
  const ProducerId screen = world.produce(a, Source::kScreen);
  const ConsumerId of_camera = world.consume(b, camera).consumed.consumer;
  const ConsumerId of_screen = world.consume(b, screen).consumed.consumer;
  world.ask(a, CloseProducer{camera});
  auto told = world.told<ConsumerRemoved>(b);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].consumer, of_camera);
  EXPECT_EQ(told[0].producer, camera);
  world.ask(a, CloseTransport{world.media.producers.at(screen)});
  told = world.told<ConsumerRemoved>(b);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].consumer, of_screen);
  EXPECT_TRUE(world.told<ConsumerRemoved>(c).empty()) << "she consumed nothing";
}

TEST_F(MediaTest, somebody_who_leaves_is_one_piece_of_news) {
  world.consume(b, world.produce(a, Source::kCamera));
  world.forget_notices();
  world.ask(a, Leave{});
  EXPECT_EQ(world.told<ParticipantLeft>(b).size(), 1u);
  EXPECT_TRUE(world.told<ProducerRemoved>(b).empty());
  EXPECT_TRUE(world.told<ConsumerRemoved>(b).empty());
}

TEST_F(MediaTest, layers_are_chosen_and_measurements_asked_for_of_the_media_plane) {
  const ConsumerMade made = world.consume(b, world.produce(a, Source::kCamera));
  world.ask(b, SetPreferredLayers{made.consumed.consumer, 1, 1});
  world.answer<Done>(b);
  world.ask(b, GetStats{});
  world.answer<control::MeetingStats>(b);
}

// An older media node answers with the whole meeting.
TEST_F(MediaTest, nobody_is_told_the_measurements_of_others) {
  const TransportId own = TransportId::random(world.random);
  const TransportId foreign = TransportId::random(world.random);
  control::MeetingStats& all = world.media.stats;
  all.transports.resize(2);
  all.transports[0].transport = own;
  all.transports[0].participant = ben.state.self.who.id;
  all.transports[1].transport = foreign;
  all.transports[1].participant = ada.state.self.who.id;
  all.producers.resize(2);
  all.producers[0].transport = foreign;
  all.producers[1].transport = own;
  all.consumers.resize(2);
  all.consumers[0].transport = own;
  all.consumers[1].transport = foreign;
  world.ask(b, GetStats{});
  const auto& told = world.answer<control::MeetingStats>(b);
  ASSERT_EQ(told.transports.size(), 1u);
  EXPECT_EQ(told.transports[0].transport, own);
  ASSERT_EQ(told.producers.size(), 1u);
  EXPECT_EQ(told.producers[0].transport, own);
  ASSERT_EQ(told.consumers.size(), 1u);
  EXPECT_EQ(told.consumers[0].transport, own);
}

TEST_F(MediaTest, whoever_is_sent_another_quality_is_told_and_nobody_else) {
  const ConsumerId id = world.consume(b, world.produce(a, Source::kCamera)).consumed.consumer;
  const TransportId transport = world.media.consumers.at(id).first;
  const control::LayerStats layers{.current_spatial = 1, .reason = control::LayerReason::kEstimate};
  const auto happens = [&](const ConsumerId& consumer) {
    world.happen(
        control::MediaEvent{ada.meeting, control::ConsumerQuality{consumer, transport, layers}});
  };
  happens(id);
  const auto told = world.told<QualityChanged>(b);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].consumer, id);
  EXPECT_EQ(told[0].layers.reason, control::LayerReason::kEstimate);
  happens(ConsumerId{});
  EXPECT_TRUE(world.told<QualityChanged>(b).empty()) << "of one that is not there";
  EXPECT_TRUE(world.told<QualityChanged>(a).empty());
}

TEST_F(MediaTest, speakers_are_named_by_participant_and_told_to_late_joiners) {
  const ProducerId microphone = world.produce(a, Source::kMicrophone);
  world.happen(control::MediaEvent{
      ada.meeting,
      control::ActiveSpeakers{{{microphone, -20}, {ProducerId::random(world.random), -30}}}});
  const auto told = world.told<SpeakersChanged>(b);
  ASSERT_EQ(told.size(), 1u);
  ASSERT_EQ(told[0].speakers.size(), 1u) << "who is not there is not named";
  EXPECT_EQ(told[0].speakers[0].participant, ada.state.self.who.id);
  EXPECT_EQ(world.join(world.connect(), "Cleo").state.speakers.size(), 1u);
  world.ask(a, CloseProducer{microphone});
  EXPECT_TRUE(world.join(world.connect(), "Dan").state.speakers.empty());
}

TEST_F(MediaTest, a_lost_meeting_is_opened_again_and_everyone_is_told) {
  const ProducerId camera = world.produce(a, Source::kCamera);
  world.consume(b, camera);
  world.media.lose(ada.meeting);
  world.happen(control::MediaEvent{ada.meeting, control::MeetingLost{"shard gone"}});
  for (const ConnectionId c : {a, b}) {
    const auto told = world.told<MediaLost>(c);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].reason, "shard gone");
  }
  EXPECT_EQ(world.call.counts().transports, 0u);
  EXPECT_EQ(world.call.counts().participants, 2u);
  world.produce(a, Source::kCamera);
}

// The media plane gives nothing to those it does not know.
TEST_F(MediaTest, everybody_is_admitted_before_anything_else_of_theirs_and_again_after_a_loss) {
  world.produce(a, Source::kCamera);
  const std::set<ParticipantId> both = {ada.state.self.who.id, ben.state.self.who.id};
  EXPECT_EQ(world.media.admitted.at(ada.meeting), both);
  world.media.lose(ada.meeting);
  world.happen(control::MediaEvent{ada.meeting, control::MeetingLost{"shard gone"}});
  EXPECT_EQ(world.media.admitted.at(ada.meeting), both);
  world.produce(a, Source::kCamera);
  EXPECT_EQ(world.media.strangers, 0);
}

TEST_F(MediaTest, who_leaves_is_dismissed_with_all_media) {
  world.produce(a, Source::kCamera);
  world.ask(a, Leave{});
  EXPECT_TRUE(world.media.transports.empty());
  EXPECT_EQ(world.media.admitted.at(ada.meeting), std::set{ben.state.self.who.id});
}

TEST_F(MediaTest, commands_carry_the_trace_of_their_request_and_when_its_answer_is_late) {
  world.media_answers = false;
  const auto trace = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  world.happen(ClientRequest{{a, 100, *trace}, CreateTransport{}});
  ASSERT_EQ(world.kept_commands.size(), 1u);
  EXPECT_EQ(world.kept_commands[0].trace, *trace);
  EXPECT_EQ(world.kept_commands[0].deadline, world.now + Options{}.answer_timeout);
  world.ask(b, CreateTransport{});
  EXPECT_FALSE(world.kept_commands[1].trace.is_set()) << "another request, another trace";
}

TEST(Trace, of_a_join_goes_on_through_the_store_and_the_media_plane) {
  World world;
  world.media_answers = world.store_answers = false;
  const auto trace = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  Join join = World::newcomer("Ada");
  join.wants_transports = true;
  world.happen(ClientRequest{{world.connect(), 1, *trace}, std::move(join)});
  world.happen(RoomLoaded{World::kRoom, world.rooms.at(World::kRoom)});
  ASSERT_EQ(world.kept_commands.size(), 1u);
  const control::MediaCommand open = world.kept_commands[0];
  EXPECT_TRUE(std::holds_alternative<control::OpenMeeting>(open.request));
  EXPECT_EQ(open.trace, *trace);
  world.happen(control::MediaCompletion{open.id, open.meeting, control::MeetingOpened{}});
  ASSERT_EQ(world.kept_commands.size(), 4u) << "admitted, and two transports";
  for (const control::MediaCommand& command : world.kept_commands) {
    EXPECT_EQ(command.trace, *trace);
  }
}

TEST_F(MediaTest, a_lost_meeting_is_tried_again_until_media_is_back) {
  world.media.lose(ada.meeting);
  world.media_error = Error{ErrorCode::kUnavailable, "down"};
  world.happen(control::MediaEvent{ada.meeting, control::MeetingLost{"down"}});
  world.ask(a, CreateTransport{});
  EXPECT_EQ(world.refusal(a), ErrorCode::kUnavailable);
  const auto c = world.connect();
  world.ask(c, World::newcomer("Cleo"));
  EXPECT_FALSE(world.has_reply(c)) << "a newcomer waits";
  world.pass(5s);
  EXPECT_TRUE(world.told<MediaLost>(a).empty());
  world.media_error.reset();
  world.pass(1s);
  EXPECT_EQ(world.told<MediaLost>(a).size(), 1u);
  EXPECT_EQ(world.answer<JoinedMeeting>(c).state.participants.size(), 2u);
}

TEST_F(MediaTest, a_meeting_whose_media_stays_away_is_closed) {
  world.media.lose(ada.meeting);
  world.media_error = Error{ErrorCode::kUnavailable, "down"};
  world.happen(control::MediaEvent{ada.meeting, control::MeetingLost{"down"}});
  world.pass(60s);
  EXPECT_EQ(world.told<MeetingClosed>(a).size(), 1u);
  EXPECT_EQ(world.call.counts().meetings, 0u);
  world.media_error.reset();
  EXPECT_TRUE(world.resume(a, ada, true).resumed) << "and may be joined anew";
}

TEST_F(MediaTest, an_answer_of_another_kind_is_an_error_and_no_crash) {
  world.media_answers = false;
  world.ask(a, CreateTransport{});
  const control::MediaCommand asked = world.kept_commands.back();
  world.happen(control::MediaCompletion{asked.id, asked.meeting, control::MeetingStats{}});
  EXPECT_EQ(world.refusal(a), ErrorCode::kInternal);
}

TEST_F(MediaTest, silence_is_answered_in_time_and_what_comes_late_is_closed) {
  world.media_answers = false;
  world.ask(a, CreateTransport{});
  world.pass(10s);
  EXPECT_EQ(world.refusal(a), ErrorCode::kTimeout);
  world.release_answers();
  EXPECT_TRUE(world.media.transports.empty());
  EXPECT_EQ(world.call.counts().requests_in_flight, 0u);
}

}  // namespace
}  // namespace confab::call
