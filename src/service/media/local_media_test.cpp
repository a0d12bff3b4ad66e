// Two shards on real threads and ports of 127.0.0.1.
#include <gmock/gmock.h>

#include <algorithm>

#include "service/media/local_media_testing.h"

namespace confab::media {
namespace {

using testing::HasSubstr;

TEST_F(LocalMediaTest, MeetingsGoToTheShardWithFewerTransports) {
  std::array<MeetingId, 2> meetings = {MeetingId::random(random_), MeetingId::random(random_)};
  std::vector<std::uint8_t> shards;
  for (const MeetingId& meeting : meetings) {
    ASSERT_TRUE(ask(meeting, control::OpenMeeting{}).result);
    const auto created = ask(meeting, control::CreateTransport{ParticipantId::random(random_), {}});
    ASSERT_TRUE(created.result) << created.result.error().message;
    const auto& transport = std::get<control::TransportCreated>(*created.result);
    shards.push_back(transport.transport.place().shard);
    ASSERT_EQ(transport.candidates.size(), 2u);
    EXPECT_EQ(transport.candidates[0].port, config_.port + shards.back());
  }
  EXPECT_NE(shards[0], shards[1]);

  for (const MeetingId& meeting : meetings)
    ASSERT_TRUE(ask(meeting, control::CloseMeeting{}).result);
  bool seen = false;
  media_->ask_snapshots([&](const std::vector<ShardSnapshot>& snapshots) {
    seen = true;
    EXPECT_EQ(snapshots.size(), 2u);
    for (const ShardSnapshot& s : snapshots) EXPECT_EQ(s.gauges.transports, 0u);
  });
  loop_.run_until([&] { return seen; });
}

TEST_F(SpreadMediaTest, AMeetingOnTwoShardsIsOneForWhoeverCommands) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  const Person carl = join(meeting);
  const Person dora = join(meeting);
  EXPECT_NE(anna.shard(), ben.shard());
  EXPECT_EQ(anna.shard(), carl.shard());
  EXPECT_EQ(ben.shard(), dora.shard());

  const ProducerId producer = produce(meeting, anna);
  std::vector<ConsumerId> consumers;
  for (const Person* person : {&ben, &carl, &dora}) {
    const auto completion = consume(meeting, *person, producer);
    ASSERT_TRUE(completion.result) << completion.result.error().message;
    const auto& consumed = std::get<control::Consumed>(*completion.result);
    EXPECT_EQ(consumed.producer, producer);
    EXPECT_EQ(consumed.consumer.place().shard, person->shard());
    consumers.push_back(consumed.consumer);
    EXPECT_TRUE(ask(meeting, control::SetConsumerPaused{consumed.consumer, false}).result);
  }
  const auto answer = ask(meeting, control::GetMeetingStats{});
  ASSERT_TRUE(answer.result);
  const auto& stats = std::get<control::MeetingStats>(*answer.result);
  EXPECT_EQ(stats.transports.size(), 8u);
  EXPECT_EQ(stats.producers.size(), 1u);
  EXPECT_EQ(stats.consumers.size(), 3u);
  sfu::ShardGauges gauges = all_gauges();
  EXPECT_EQ(gauges.routers, 2u);
  EXPECT_EQ(gauges.producers, 1u);
  EXPECT_EQ(gauges.piped_producers, 1u);
  EXPECT_EQ(gauges.pipe_outlets, 1u);

  EXPECT_TRUE(ask(meeting, control::CloseProducer{producer}).result);
  loop_.run_until([&] { return loop_.events.size() >= 3; });
  for (const control::MediaEvent& event : loop_.events) {
    const auto* closed = std::get_if<control::ConsumerClosed>(&event.body);
    ASSERT_NE(closed, nullptr);
    EXPECT_EQ(std::erase(consumers, closed->consumer), 1u);
  }
  gauges = all_gauges();
  EXPECT_EQ(gauges.piped_producers + gauges.pipe_outlets, 0u);

  EXPECT_TRUE(ask(meeting, control::CloseMeeting{}).result);
  EXPECT_EQ(all_gauges(), sfu::ShardGauges{});
}

TEST_F(SpreadMediaTest, ClosingAMeetingClosesItOnEveryShardWithAllThatIsInIt) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  EXPECT_TRUE(consume(meeting, ben, produce(meeting, anna)).result);
  EXPECT_TRUE(consume(meeting, anna, produce(meeting, ben)).result);
  EXPECT_EQ(all_gauges().piped_producers, 2u);
  EXPECT_TRUE(ask(meeting, control::CloseMeeting{}).result);
  EXPECT_EQ(all_gauges(), sfu::ShardGauges{});
  EXPECT_EQ(ask(meeting, control::CloseTransport{anna.send}).result.error().code,
            ErrorCode::kNotFound);
}

TEST_F(SpreadMediaTest, WhatIsNotThereIsAnsweredWithAnError) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  const auto code_of = [&](control::MediaRequest request) {
    const auto completion = ask(meeting, std::move(request));
    return completion.result ? ErrorCode::kInternal : completion.result.error().code;
  };
  const auto unknown = ProducerId::random_at({0, anna.shard()}, random_);
  EXPECT_EQ(consume(meeting, ben, unknown).result.error().code, ErrorCode::kNotFound);
  const auto elsewhere = ProducerId::random_at({0, 77}, random_);
  EXPECT_EQ(consume(meeting, ben, elsewhere).result.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(code_of(control::CloseProducer{elsewhere}), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(control::CloseTransport{TransportId::random_at({3, 0}, random_)}),
            ErrorCode::kNotFound);
  EXPECT_EQ(code_of(control::CloseConsumer{ConsumerId::random_at({0, 0}, random_)}),
            ErrorCode::kNotFound);
}

TEST_F(SpreadMediaTest, WhoLeavesMakesRoom) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  EXPECT_NE(anna.shard(), ben.shard());
  for (const TransportId& transport : {ben.send, ben.receive}) {
    EXPECT_TRUE(ask(meeting, control::CloseTransport{transport}).result);
  }
  EXPECT_EQ(join(meeting).shard(), ben.shard());
}

TEST_F(LocalMediaTest, ACommandForAMeetingThatIsNotOpenIsAnswered) {
  const auto completion = ask(MeetingId::random(random_), control::CreateTransport{});
  ASSERT_FALSE(completion.result);
  EXPECT_EQ(completion.result.error().code, ErrorCode::kNotFound);
}

TEST_F(LocalMediaTest, AnOwnerThatWasReplacedIsRefused) {
  const auto meeting = MeetingId::random(random_);
  const auto send = [&](control::MediaRequest request, control::Epoch epoch) {
    media_->send({++last_id_, meeting, std::move(request), epoch});
    loop_.run_until([&] { return !loop_.completions.empty(); });
    return std::exchange(loop_.completions, {}).front().result;
  };
  ASSERT_TRUE(send(control::OpenMeeting{}, 1));
  ASSERT_TRUE(send(control::OpenMeeting{}, 3));  // somebody takes it over
  const auto late = send(control::CloseMeeting{}, 2);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kConflict);
  EXPECT_THAT(late.error().message, HasSubstr("epoch 3"));
  EXPECT_TRUE(send(control::GetMeetingStats{}, 3));

  EXPECT_TRUE(send(control::CloseMeeting{}, 3));
  EXPECT_TRUE(send(control::OpenMeeting{}, 1));  // it is another meeting's turn
}

class NumberedMediaTest : public SpreadMediaTest {
 protected:
  NumberedMediaTest() { node_ = 513; }
};

TEST_F(NumberedMediaTest, WhatItMakesSaysOnWhichNodeItIs) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  ASSERT_NE(anna.shard(), ben.shard());
  const ProducerId producer = produce(meeting, anna);
  const auto consumed = consume(meeting, ben, producer);
  ASSERT_TRUE(consumed.result);
  EXPECT_EQ(anna.send.place().node, 513);
  EXPECT_EQ(producer.place().node, 513);
  EXPECT_EQ(std::get<control::Consumed>(*consumed.result).consumer.place().node, 513);

  const auto elsewhere = ProducerId::random_at({0, anna.shard()}, random_);
  EXPECT_EQ(consume(meeting, ben, elsewhere).result.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(ask(meeting, control::CloseProducer{elsewhere}).result.error().code,
            ErrorCode::kNotFound);
}

TEST_F(LocalMediaTest, ASecondServerOnThePortsIsToldWhich) {
  auto second = LocalMedia::start(config_, node_, *dtls::DtlsIdentity::generate(1'700'000'000),
                                  null_log(), loop_.post());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("--media-port"));
}

// A machine whose addresses change as the test says.
class AddressesTest : public LocalMediaTest {
 protected:
  AddressesTest() {
    config_.addresses.clear();
    surroundings_.interfaces = [this] {
      std::vector<engine::InterfaceAddress> out;
      for (const char* text : there_) out.push_back({"eth0", *IpAddress::parse(text), false});
      return out;
    };
    surroundings_.now = [this] { return now_; };
  }
  void SetUp() override {}
  Result<void> start() {
    auto started = LocalMedia::start(config_, node_, *dtls::DtlsIdentity::generate(1'700'000'000),
                                     null_log(), loop_.post(), surroundings_);
    if (!started) return std::unexpected(started.error());
    media_ = std::move(*started);
    media_->set_listener(loop_);
    return {};
  }
  // Where somebody who comes now is told to send to, by UDP.
  std::vector<std::string> offered() {
    const auto meeting = MeetingId::random(random_);
    EXPECT_TRUE(ask(meeting, control::OpenMeeting{}).result);
    const auto created = ask(meeting, control::CreateTransport{ParticipantId::random(random_), {}});
    std::vector<std::string> out;
    for (const auto& c : std::get<control::TransportCreated>(*created.result).candidates) {
      if (!c.is_tcp) out.push_back(c.address);
    }
    return out;
  }

  // Until they have done what they were told.
  void wait_for_shards() {
    bool seen = false;
    media_->ask_snapshots([&](const std::vector<ShardSnapshot>&) { seen = true; });
    loop_.run_until([&] { return seen; });
  }

  std::vector<const char*> there_;
  Instant now_{1000s};
  Surroundings surroundings_;
};

// 192.0.2.77 (RFC 5737) is nobody's: binding it fails as for a tentative or a duplicate address.
TEST_F(AddressesTest, OneThatCanNotBeUsedIsLeftOutWithAWarning) {
  there_ = {"192.0.2.77", "127.0.0.1"};
  const auto started = start();
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_THAT(offered(), testing::ElementsAre("127.0.0.1"));
  EXPECT_THAT(media_->announced().warnings, testing::Contains(HasSubstr("192.0.2.77")));
}

TEST_F(AddressesTest, OneThatWasAskedForIsASentence) {
  config_.addresses = {{*IpAddress::parse("192.0.2.77"), *IpAddress::parse("192.0.2.77")}};
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("192.0.2.77"));
  EXPECT_THAT(started.error().message, HasSubstr("--media-address"));
}

TEST_F(AddressesTest, TheyComeAndGoWhileItServes) {
  there_ = {"127.0.0.1"};
  ASSERT_TRUE(start());
  there_ = {"127.0.0.2"};
  media_->look_at_interfaces();
  EXPECT_THAT(offered(), testing::ElementsAre("127.0.0.2"));
  there_ = {"127.0.0.1"};
  media_->look_at_interfaces();
  EXPECT_THAT(offered(), testing::ElementsAre("127.0.0.1"));
  // After some time the one that went is closed, so that it can be opened again.
  now_ += 10min;
  media_->look_at_interfaces();
  wait_for_shards();
  there_ = {"127.0.0.2"};
  media_->look_at_interfaces();
  EXPECT_THAT(offered(), testing::ElementsAre("127.0.0.2"));
}

// The ephemeral range: an outgoing connection may have been given a port of ours.
TEST_F(AddressesTest, APortThatAConnectionHasIsWaitedForWithASentence) {
  there_ = {"127.0.0.1"};
  auto taken = engine::UdpSocket::open({*IpAddress::parse("127.0.0.1"), config_.port}, 0, {});
  ASSERT_TRUE(taken) << taken.error().message;
  std::unique_ptr<engine::UdpSocket> socket = std::move(*taken);
  std::vector<std::string> told;
  surroundings_.tell = [&](const std::string& sentence) { told.push_back(sentence); };
  int pauses = 0;
  surroundings_.pause = [&](Duration) {
    if (++pauses == 3) socket.reset();
  };
  const auto started = start();
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(pauses, 3);
  EXPECT_THAT(told, testing::ElementsAre(HasSubstr("waiting")));
}

TEST_F(AddressesTest, ButNotForEver) {
  there_ = {"127.0.0.1"};
  const auto taken = engine::UdpSocket::open({*IpAddress::parse("127.0.0.1"), config_.port}, 0, {});
  ASSERT_TRUE(taken);
  Duration waited{};
  surroundings_.pause = [&](Duration d) { waited += d; };
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("--media-port"));
  EXPECT_GE(waited, 62s);
}

}  // namespace
}  // namespace confab::media
