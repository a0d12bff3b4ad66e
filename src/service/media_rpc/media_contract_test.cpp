// The shards in this process, and the same behind gRPC: nobody who commands them can tell.
#include "service/media_rpc/media_contract.h"

#include <gmock/gmock.h>

#include <utility>

#include "service/media_rpc/media_cluster.h"
#include "service/media_rpc/remote_media.h"
#include "service/media_rpc/served_place.h"

namespace confab::media_rpc {
namespace {

class LocalPlace final : public MediaPlace {
 public:
  LocalPlace() {
    begin();
    on_loop([this] { local_->set_listener(listener()); });
  }
  ~LocalPlace() override {
    end([] {});
  }
  control::MediaControl& control() override { return *local_; }
};

class RemotePlace final : public ServedPlace {
 public:
  RemotePlace() {
    serve();
    on_loop([this] {
      remote_.emplace(loop_, target(), credentials(), self(), null_log());
      remote_->set_listener(listener());
    });
    wait_for([this] { return remote_->is_up(); });
  }
  ~RemotePlace() override {
    end([this] {
      remote_.reset();
      server_.reset();
    });
  }
  control::MediaControl& control() override { return *remote_; }

 private:
  std::optional<RemoteMedia> remote_;
};

class ClusterPlace final : public ServedPlace {
 public:
  ClusterPlace() {
    serve();
    on_loop([this] {
      cluster_.emplace(loop_, credentials(), self(), null_log());
      cluster_->set_listener(listener());
      cluster_->set_nodes({{kNode, target()}});
    });
    wait_for([this] { return cluster_->is_ready(); });
  }
  ~ClusterPlace() override {
    end([this] {
      cluster_.reset();
      server_.reset();
    });
  }
  control::MediaControl& control() override { return *cluster_; }

  void name(const std::vector<MediaCluster::Node>& nodes) {
    on_loop([&] { cluster_->set_nodes(nodes); });
  }
  std::vector<MediaCluster::Node> itself() const { return {{kNode, target()}}; }
  void wait_for_nodes(std::size_t count) {
    wait_for([this, count] { return cluster_->nodes() == count; });
  }
  void wait_until_ready() {
    wait_for([this] { return cluster_->is_ready(); });
  }
  // Its node goes down before the command is there.
  void open_while_leaving(const MeetingId& meeting) {
    on_loop([&] {
      cluster_->send({1, meeting, control::OpenMeeting{}, control::kFirstEpoch, kNever});
      server_->drain(true);
    });
  }
  bool is_ready() {
    bool ready = false;
    on_loop([&] { ready = cluster_->is_ready(); });
    return ready;
  }

 private:
  std::optional<MediaCluster> cluster_;
};

INSTANTIATE_TEST_SUITE_P(
    Every, MediaContract,
    testing::Values(MediaUnderTest{"Local", [] { return std::make_unique<LocalPlace>(); }},
                    MediaUnderTest{"Remote", [] { return std::make_unique<RemotePlace>(); }},
                    MediaUnderTest{"Cluster", [] { return std::make_unique<ClusterPlace>(); }}),
    [](const auto& info) { return info.param.name; });

}  // namespace

MeetingId MediaContract::open() {
  const auto meeting = MeetingId::random(random_);
  const auto opened = place_->ask(meeting, control::OpenMeeting{});
  if (opened.result) {
    capabilities_ = std::get<control::MeetingOpened>(*opened.result).router_capabilities;
  }
  EXPECT_TRUE(opened.result) << opened.result.error().message;
  return meeting;
}

auto MediaContract::join(const MeetingId& meeting) -> Person {
  Person person{ParticipantId::random(random_), {}, {}};
  const auto create = [&](control::TransportDirection direction) {
    const auto made = place_->ask(meeting, control::CreateTransport{person.id, direction});
    EXPECT_TRUE(made.result) << made.result.error().message;
    return made.result ? std::get<control::TransportCreated>(*made.result).transport
                       : TransportId{};
  };
  person.send = create(control::TransportDirection::kSend);
  person.receive = create(control::TransportDirection::kReceive);
  return person;
}

control::MediaCompletion MediaContract::produce_as(const MeetingId& meeting, const Person& person,
                                                   std::optional<control::TrackSource> source) {
  control::Produce produce;
  produce.transport = person.send;
  produce.kind = ortc::MediaKind::kVideo;
  const std::string mid = std::to_string(++last_mid_);
  produce.rtp_parameters = sim::vp8_parameters(mid, 10 * last_mid_, 10 * last_mid_ + 1, "somebody");
  produce.source = source;
  return place_->ask(meeting, produce);
}

ProducerId MediaContract::produce(const MeetingId& meeting, const Person& person) {
  const auto made = produce_as(meeting, person, control::TrackSource::kCamera);
  EXPECT_TRUE(made.result) << made.result.error().message;
  return made.result ? std::get<control::Produced>(*made.result).producer : ProducerId{};
}

void MediaContract::admit(const MeetingId& meeting, const Person& person,
                          control::Permits permits) {
  EXPECT_TRUE(place_->ask(meeting, control::Admit{person.id, permits}).result);
}

control::MediaCompletion MediaContract::consume(const MeetingId& meeting, const Person& person,
                                                const ProducerId& producer) {
  const ortc::CapabilitiesHash hash = ortc::capabilities_hash(capabilities_);
  EXPECT_TRUE(
      place_->ask(meeting, control::PutCapabilities{person.receive, hash, capabilities_}).result);
  return place_->ask(meeting, control::Consume{person.receive, producer, hash, true});
}

ErrorCode MediaContract::error_of(const MeetingId& meeting, control::MediaRequest request,
                                  control::Epoch epoch) {
  const auto answer = place_->ask(meeting, std::move(request), epoch);
  EXPECT_FALSE(answer.result);
  return answer.result ? ErrorCode::kInternal : answer.result.error().code;
}

control::MeetingStats MediaContract::stats(const MeetingId& meeting) {
  const auto answer = place_->ask(meeting, control::GetMeetingStats{});
  EXPECT_TRUE(answer.result);
  return answer.result ? std::get<control::MeetingStats>(*answer.result) : control::MeetingStats{};
}

namespace {

TEST_P(MediaContract, OpensAMeetingWithWhatItsRouterCan) {
  open();
  EXPECT_EQ(capabilities_, *ortc::router_capabilities(ortc::default_router_codecs()));
}

TEST_P(MediaContract, MakesTransportsThatSayHowToReachThem) {
  const MeetingId meeting = open();
  const auto made = place_->ask(meeting, control::CreateTransport{ParticipantId::random(random_)});
  ASSERT_TRUE(made.result);
  const auto& transport = std::get<control::TransportCreated>(*made.result);
  EXPECT_EQ(transport.transport.place().node, 7);
  EXPECT_FALSE(transport.ice.username_fragment.empty());
  EXPECT_TRUE(transport.ice.ice_lite);
  ASSERT_FALSE(transport.candidates.empty());
  EXPECT_EQ(transport.candidates[0].address, "127.0.0.1");
  ASSERT_FALSE(transport.dtls.fingerprints.empty());
  const auto restarted = place_->ask(meeting, control::RestartIce{transport.transport});
  ASSERT_TRUE(restarted.result);
  EXPECT_NE(std::get<control::IceRestarted>(*restarted.result).ice.username_fragment,
            transport.ice.username_fragment);
}

TEST_P(MediaContract, ConnectsATransportOnce) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const auto identity = dtls::DtlsIdentity::generate(1'700'000'000);
  const control::ConnectTransport connect{anna.send,
                                          {ortc::DtlsRole::kClient, {identity->fingerprint()}}};
  EXPECT_TRUE(place_->ask(meeting, connect).result);
  EXPECT_FALSE(place_->ask(meeting, connect).result);
}

TEST_P(MediaContract, WhatOneSendsOthersConsume) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  const ProducerId producer = produce(meeting, anna);
  const auto answer = consume(meeting, ben, producer);
  ASSERT_TRUE(answer.result) << answer.result.error().message;
  const auto& consumed = std::get<control::Consumed>(*answer.result);
  EXPECT_EQ(consumed.producer, producer);
  EXPECT_EQ(consumed.kind, ortc::MediaKind::kVideo);
  EXPECT_TRUE(consumed.paused);
  EXPECT_FALSE(consumed.rtp_parameters.encodings.empty());
  for (const control::MediaRequest& request : std::initializer_list<control::MediaRequest>{
           control::SetConsumerPaused{consumed.consumer, false},
           control::SetPreferredLayers{consumed.consumer, 0, 0},
           control::RequestKeyFrame{consumed.consumer}}) {
    EXPECT_TRUE(place_->ask(meeting, request).result) << request.index();
  }
  const control::MeetingStats found = stats(meeting);
  EXPECT_EQ(found.transports.size(), 4u);
  EXPECT_EQ(found.producers.size(), 1u);
  EXPECT_EQ(found.consumers.size(), 1u);
  EXPECT_TRUE(place_->ask(meeting, control::CloseConsumer{consumed.consumer}).result);
  EXPECT_TRUE(stats(meeting).consumers.empty());
}

TEST_P(MediaContract, AQuickMuteAndUnmuteEndsUnmuted) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  const ProducerId producer = produce(meeting, anna);
  constexpr int kTimes = 200;
  for (int i = 0; i < kTimes; ++i) {
    place_->send(meeting, control::SetProducerPaused{producer, i % 2 == 0});
  }
  EXPECT_EQ(place_->take(kTimes).size(), std::size_t{kTimes});
  const auto consumed = consume(meeting, ben, producer);
  ASSERT_TRUE(consumed.result);
  EXPECT_FALSE(std::get<control::Consumed>(*consumed.result).producer_paused);
}

TEST_P(MediaContract, AnswersComeOnceAndInTheOrderOfTheCommands) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const ProducerId producer = produce(meeting, anna);
  std::vector<control::RequestId> sent;
  for (int i = 0; i < 300; ++i) {
    sent.push_back(place_->send(meeting, control::SetProducerPaused{producer, true}));
  }
  std::vector<control::RequestId> answered;
  for (const auto& one : place_->take(sent.size())) {
    answered.push_back(std::get<control::MediaCompletion>(one).id);
  }
  EXPECT_EQ(answered, sent);
}

TEST_P(MediaContract, WhoConsumedAProducerThatIsClosedIsTold) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  const ProducerId producer = produce(meeting, anna);
  const auto answer = consume(meeting, ben, producer);
  ASSERT_TRUE(answer.result);
  place_->send(meeting, control::CloseProducer{producer});
  int closed = 0;
  for (const auto& one : place_->take(2)) {
    const auto* event = std::get_if<control::MediaEvent>(&one);
    if (event == nullptr) continue;
    const auto& body = std::get<control::ConsumerClosed>(event->body);
    EXPECT_EQ(event->meeting, meeting);
    EXPECT_EQ(body.consumer, std::get<control::Consumed>(*answer.result).consumer);
    EXPECT_EQ(body.transport, ben.receive);
    ++closed;
  }
  EXPECT_EQ(closed, 1);
}

TEST_P(MediaContract, WhatIsNotThereIsNotFound) {
  const auto nowhere = MeetingId::random(random_);
  EXPECT_EQ(error_of(nowhere, control::CreateTransport{}), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(nowhere, control::CloseMeeting{}), ErrorCode::kNotFound);
  const MeetingId meeting = open();
  const auto place = join(meeting).send.place();
  EXPECT_EQ(error_of(meeting, control::CloseTransport{TransportId::random_at(place, random_)}),
            ErrorCode::kNotFound);
  EXPECT_EQ(error_of(meeting, control::CloseProducer{ProducerId::random_at({3, 0}, random_)}),
            ErrorCode::kNotFound);
}

TEST_P(MediaContract, AReceiverMustHaveSaidWhatItCanDecode) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  const ProducerId producer = produce(meeting, anna);
  EXPECT_EQ(error_of(meeting, control::Consume{ben.receive, producer, 1, true}),
            ErrorCode::kConflict);
}

// ---- who may do what ----

constexpr auto bit(control::TrackSource source) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(source));
}

TEST_P(MediaContract, WhereSomebodyWasAdmittedOthersHaveNoTransports) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  admit(meeting, anna);
  EXPECT_TRUE(place_->ask(meeting, control::CreateTransport{anna.id}).result);
  EXPECT_EQ(error_of(meeting, control::CreateTransport{ParticipantId::random(random_)}),
            ErrorCode::kForbidden);
}

TEST_P(MediaContract, NobodySendsWhatTheyMayNot) {
  const MeetingId meeting = open();
  Person anna{ParticipantId::random(random_), {}, {}};
  admit(meeting, anna, {bit(control::TrackSource::kCamera), true, true});
  anna.send = std::get<control::TransportCreated>(
                  *place_->ask(meeting, control::CreateTransport{anna.id}).result)
                  .transport;
  const auto code = [&](std::optional<control::TrackSource> source) {
    const auto made = produce_as(meeting, anna, source);
    return made.result ? std::nullopt : std::optional(made.result.error().code);
  };
  EXPECT_EQ(code(control::TrackSource::kScreen), ErrorCode::kForbidden);
  EXPECT_EQ(code(std::nullopt), ErrorCode::kForbidden);
  EXPECT_EQ(code(control::TrackSource::kMicrophone), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(control::TrackSource::kCamera), std::nullopt);
}

TEST_P(MediaContract, WhoMayNotReceiveConsumesNothing) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  const ProducerId producer = produce(meeting, anna);
  admit(meeting, anna);
  admit(meeting, ben, {control::kAllSources, false, true});
  const auto answer = consume(meeting, ben, producer);
  ASSERT_FALSE(answer.result);
  EXPECT_EQ(answer.result.error().code, ErrorCode::kForbidden);
}

TEST_P(MediaContract, WhatIsNotAllowedAnyMoreIsClosedAndTheOthersAreTold) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  admit(meeting, anna);
  admit(meeting, ben);
  const ProducerId camera = produce(meeting, anna);
  const auto shared = produce_as(meeting, anna, control::TrackSource::kScreen);
  const ProducerId screen = std::get<control::Produced>(*shared.result).producer;
  ASSERT_TRUE(consume(meeting, ben, camera).result);
  const auto watched = consume(meeting, ben, screen);
  ASSERT_TRUE(watched.result);

  const std::uint8_t all_but_screen =
      control::kAllSources & static_cast<std::uint8_t>(~bit(control::TrackSource::kScreen));
  place_->send(meeting, control::SetPermits{anna.id, {all_but_screen, true, true}});
  const auto news = place_->take(2);
  ASSERT_EQ(news.size(), 2u);
  for (const auto& one : news) {
    const auto* completion = std::get_if<control::MediaCompletion>(&one);
    if (completion == nullptr) continue;
    ASSERT_TRUE(completion->result);
    EXPECT_EQ(std::get<control::PermitsSet>(*completion->result).producers, std::vector{screen});
  }
  const auto closed = events_in<control::ConsumerClosed>(news);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].consumer, std::get<control::Consumed>(*watched.result).consumer);
  const auto again = produce_as(meeting, anna, control::TrackSource::kScreen);
  EXPECT_EQ(again.result.error().code, ErrorCode::kForbidden);
  EXPECT_EQ(stats(meeting).producers.size(), 1u);
}

TEST_P(MediaContract, WhoMayNotReceiveAnyMoreLosesWhatTheyReceive) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  admit(meeting, anna);
  admit(meeting, ben);
  const auto consumed = consume(meeting, ben, produce(meeting, anna));
  ASSERT_TRUE(consumed.result);
  const auto answer =
      place_->ask(meeting, control::SetPermits{ben.id, {control::kAllSources, false, true}});
  ASSERT_TRUE(answer.result);
  EXPECT_EQ(std::get<control::PermitsSet>(*answer.result).consumers,
            std::vector{std::get<control::Consumed>(*consumed.result).consumer});
  EXPECT_TRUE(stats(meeting).consumers.empty());
  // And has it back when they may again.
  EXPECT_TRUE(place_->ask(meeting, control::SetPermits{ben.id, {}}).result);
  EXPECT_TRUE(consume(meeting, ben, stats(meeting).producers.at(0).producer).result);
}

TEST_P(MediaContract, PermitsThatChangeWhileTheFirstTransportIsMadeAreThoseOfIt) {
  const MeetingId meeting = open();
  Person anna{ParticipantId::random(random_), {}, {}};
  admit(meeting, anna);
  const std::uint8_t all_but_camera =
      control::kAllSources & static_cast<std::uint8_t>(~bit(control::TrackSource::kCamera));
  // Neither waits for the answer to the one before.
  place_->send(meeting, control::CreateTransport{anna.id, control::TransportDirection::kSend});
  place_->send(meeting, control::SetPermits{anna.id, {all_but_camera, true, true}});
  for (const auto& one : place_->take(2)) {
    const auto& completion = std::get<control::MediaCompletion>(one);
    ASSERT_TRUE(completion.result) << completion.result.error().message;
    const auto* made = std::get_if<control::TransportCreated>(&*completion.result);
    if (made != nullptr) anna.send = made->transport;
  }
  const auto refused = produce_as(meeting, anna, control::TrackSource::kCamera);
  ASSERT_FALSE(refused.result);
  EXPECT_EQ(refused.result.error().code, ErrorCode::kForbidden);
  EXPECT_TRUE(produce_as(meeting, anna, control::TrackSource::kScreen).result);
}

TEST_P(MediaContract, PermitsAreForThoseWhoAreAdmitted) {
  const MeetingId meeting = open();
  const auto nobody = ParticipantId::random(random_);
  EXPECT_EQ(error_of(meeting, control::SetPermits{nobody, {}}), ErrorCode::kNotFound);
  EXPECT_TRUE(place_->ask(meeting, control::Dismiss{nobody}).result);
}

TEST_P(MediaContract, WhoIsDismissedHasNothingLeftAndDoesNotComeBackByAsking) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  admit(meeting, anna);
  admit(meeting, ben);
  ASSERT_TRUE(consume(meeting, ben, produce(meeting, anna)).result);
  ASSERT_TRUE(consume(meeting, anna, produce(meeting, ben)).result);

  place_->send(meeting, control::Dismiss{anna.id});
  const auto news = place_->take(4);
  std::vector<TransportId> gone;
  for (const auto& one : events_in<control::TransportStateChanged>(news)) {
    EXPECT_EQ(one.state, control::TransportState::kClosed);
    EXPECT_EQ(one.participant, anna.id);
    gone.push_back(one.transport);
  }
  EXPECT_THAT(gone, testing::UnorderedElementsAre(anna.send, anna.receive));
  const auto closed = events_in<control::ConsumerClosed>(news);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].transport, ben.receive);
  const control::MeetingStats left = stats(meeting);
  EXPECT_EQ(left.transports.size(), 2u);
  EXPECT_EQ(left.producers.size(), 1u);
  EXPECT_TRUE(left.consumers.empty());
  EXPECT_EQ(error_of(meeting, control::CreateTransport{anna.id}), ErrorCode::kForbidden);
  EXPECT_EQ(error_of(meeting, control::SetPermits{anna.id, {}}), ErrorCode::kNotFound);
}

// ---- time, and owners ----

TEST_P(MediaContract, ACommandThatNobodyWaitsForAnyMoreIsNotBegun) {
  const MeetingId meeting = open();
  const auto answer = place_->ask(meeting, control::CreateTransport{ParticipantId::random(random_)},
                                  control::kFirstEpoch, Instant{});
  ASSERT_FALSE(answer.result);
  EXPECT_EQ(answer.result.error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(stats(meeting).transports.empty());
  // But what closes something is done.
  const Person anna = join(meeting);
  EXPECT_TRUE(
      place_->ask(meeting, control::CloseTransport{anna.send}, control::kFirstEpoch, Instant{})
          .result);
  EXPECT_EQ(stats(meeting).transports.size(), 1u);
}

TEST_P(MediaContract, AnOwnerThatWasReplacedIsRefused) {
  const auto meeting = MeetingId::random(random_);
  ASSERT_TRUE(place_->ask(meeting, control::OpenMeeting{}, 3).result);
  EXPECT_EQ(error_of(meeting, control::CreateTransport{}, 2), ErrorCode::kConflict);
  EXPECT_TRUE(place_->ask(meeting, control::GetMeetingStats{}, 3).result);
}

TEST_P(MediaContract, AClosedMeetingIsGoneAndMayBeOpenedAgain) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  EXPECT_TRUE(place_->ask(meeting, control::CloseMeeting{}).result);
  EXPECT_EQ(error_of(meeting, control::CloseTransport{anna.send}), ErrorCode::kNotFound);
  EXPECT_TRUE(place_->ask(meeting, control::OpenMeeting{}).result);
  EXPECT_TRUE(stats(meeting).transports.empty());
}

// ---- media nodes that come and go at run time ----

TEST(MediaNodes, OneThatIsNamedNoMoreGetsNoMeetingsAndKeepsThoseItHas) {
  SeededRandom random(1);
  ClusterPlace place;
  const auto meeting = MeetingId::random(random);
  ASSERT_TRUE(place.ask(meeting, control::OpenMeeting{}).result);
  place.name({});
  EXPECT_FALSE(place.is_ready());
  const auto refused = place.ask(MeetingId::random(random), control::OpenMeeting{});
  ASSERT_FALSE(refused.result);
  EXPECT_EQ(refused.result.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(place.ask(meeting, control::CreateTransport{}).result);
  EXPECT_TRUE(place.ask(meeting, control::CloseMeeting{}).result);
  place.wait_for_nodes(0);
}

TEST(MediaNodes, OneThatGoesDownWhileAMeetingIsOpenedHasNotOpenedIt) {
  SeededRandom random(1);
  ClusterPlace place;
  place.open_while_leaving(MeetingId::random(random));
  const auto news = place.take(2);
  ASSERT_EQ(news.size(), 2u);
  EXPECT_TRUE(
      std::holds_alternative<control::MeetingLost>(std::get<control::MediaEvent>(news[0]).body));
  const auto& answer = std::get<control::MediaCompletion>(news[1]);
  ASSERT_FALSE(answer.result);
  EXPECT_EQ(answer.result.error().code, ErrorCode::kUnavailable);
}

TEST(MediaNodes, OneThatIsNamedAgainWhileItHasAMeetingTakesOthersByItsNextBeat) {
  SeededRandom random(1);
  ClusterPlace place;
  ASSERT_TRUE(place.ask(MeetingId::random(random), control::OpenMeeting{}).result);
  place.name({});
  EXPECT_FALSE(place.is_ready());
  place.name(place.itself());
  place.wait_until_ready();
}

class MediaNode : public MediaContract {
 protected:
  ClusterPlace& cluster() { return static_cast<ClusterPlace&>(*place_); }
  // Somebody consumes what is then closed: one answer, one event.
  void hear_an_event() {
    const MeetingId meeting = open();
    const Person anna = join(meeting);
    const Person ben = join(meeting);
    const ProducerId producer = produce(meeting, anna);
    ASSERT_TRUE(consume(meeting, ben, producer).result);
    place_->send(meeting, control::CloseProducer{producer});
    EXPECT_EQ(place_->take(2).size(), 2u);
    // Two beats, with the second of which the event is acknowledged, and not kept any more.
    for (int beat = 0; beat < 2; ++beat) {
      cluster().name({});
      cluster().name(cluster().itself());
      cluster().wait_until_ready();
    }
    EXPECT_TRUE(place_->ask(meeting, control::CloseMeeting{}).result);
  }
};
INSTANTIATE_TEST_SUITE_P(Each, MediaNode,
                         testing::Values(MediaUnderTest{
                             "Cluster", [] { return std::make_unique<ClusterPlace>(); }}),
                         [](const auto& info) { return info.param.name; });

// Both have numbered events, and the new link knows nothing of the old one's.
TEST_P(MediaNode, OneThatWasLetGoOfIsTakenUpAgainAndHeard) {
  hear_an_event();
  cluster().name({});
  cluster().wait_for_nodes(0);
  cluster().name(cluster().itself());
  cluster().wait_until_ready();
  hear_an_event();
  EXPECT_TRUE(cluster().is_ready());
}

TEST(MediaNodes, OneAtAnotherAddressTakesTheNumberWhenTheOldOnesMeetingsHaveEnded) {
  SeededRandom random(1);
  ClusterPlace place;
  const auto meeting = MeetingId::random(random);
  ASSERT_TRUE(place.ask(meeting, control::OpenMeeting{}).result);
  // The same place by another name.
  auto moved = place.itself();
  moved[0].target = "ipv4:" + moved[0].target;
  place.name(moved);
  EXPECT_FALSE(place.is_ready());
  EXPECT_TRUE(place.ask(meeting, control::CloseMeeting{}).result);
  place.wait_until_ready();
  EXPECT_TRUE(place.ask(MeetingId::random(random), control::OpenMeeting{}).result);
}

}  // namespace
}  // namespace confab::media_rpc
