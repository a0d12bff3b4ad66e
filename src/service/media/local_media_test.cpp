// Two shards on real threads and ports of 127.0.0.1; the test's own queue stands for the signaling
// loop.
#include "service/media/local_media.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "sim/parameters.h"

namespace confab::media {
namespace {

using testing::HasSubstr;

class ListenerLoop final : public control::MediaListener {
 public:
  LocalMedia::Post post() {
    return [this](std::function<void()> task) {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      wake_.notify_one();
    };
  }
  // Runs what was posted until `done`.
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return !tasks_.empty(); });
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
  }
  void on_media_completion(control::MediaCompletion completion) override {
    completions.push_back(std::move(completion));
  }
  void on_media_event(control::MediaEvent event) override { events.push_back(std::move(event)); }

  std::vector<control::MediaCompletion> completions;
  std::vector<control::MediaEvent> events;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
};

MediaConfig two_shards() {
  MediaConfig config;
  const IpAddress loopback = *IpAddress::parse("127.0.0.1");
  config.addresses = {{loopback, loopback}};
  config.shards = 2;
  config.port = static_cast<std::uint16_t>(21000 + ::getpid() % 10000);
  return config;
}

class LocalMediaTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = LocalMedia::start(config_, *dtls::DtlsIdentity::generate(1'700'000'000),
                                     null_log(), loop_.post());
    ASSERT_TRUE(started) << started.error().message;
    media_ = std::move(*started);
    media_->set_listener(loop_);
  }
  control::MediaCompletion ask(MeetingId meeting, control::MediaRequest request) {
    const control::RequestId id = ++last_id_;
    media_->send({id, meeting, std::move(request)});
    loop_.run_until([&] { return !loop_.completions.empty(); });
    control::MediaCompletion completion = std::move(loop_.completions.front());
    loop_.completions.clear();
    EXPECT_EQ(completion.id, id);
    return completion;
  }

  MediaConfig config_ = two_shards();
  SeededRandom random_{1};
  ListenerLoop loop_;
  std::unique_ptr<LocalMedia> media_;
  control::RequestId last_id_ = 0;
};

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

// Nobody is sent to a shard that has fewer transports by less than this.
class SpreadMediaTest : public LocalMediaTest {
 protected:
  SpreadMediaTest() { config_.spread_transports = 2; }

  struct Person {
    TransportId send;
    TransportId receive;
    std::uint8_t shard() const { return send.place().shard; }
  };
  Person join(const MeetingId& meeting) {
    const auto participant = ParticipantId::random(random_);
    const auto create = [&](control::TransportDirection direction) {
      const auto created = ask(meeting, control::CreateTransport{participant, direction});
      EXPECT_TRUE(created.result);
      return std::get<control::TransportCreated>(*created.result).transport;
    };
    const Person person{create(control::TransportDirection::kSend),
                        create(control::TransportDirection::kReceive)};
    EXPECT_EQ(person.send.place(), person.receive.place());
    return person;
  }
  ProducerId produce(const MeetingId& meeting, const Person& person) {
    control::Produce produce;
    produce.transport = person.send;
    produce.kind = ortc::MediaKind::kVideo;
    produce.rtp_parameters = sim::vp8_parameters("0", 1234, 1235, "somebody");
    const auto produced = ask(meeting, produce);
    EXPECT_TRUE(produced.result);
    return std::get<control::Produced>(*produced.result).producer;
  }
  control::MediaCompletion consume(const MeetingId& meeting, const Person& person,
                                   const ProducerId& producer) {
    control::Consume consume;
    consume.transport = person.receive;
    consume.producer = producer;
    consume.rtp_capabilities = capabilities_;
    return ask(meeting, consume);
  }
  MeetingId open() {
    const auto meeting = MeetingId::random(random_);
    capabilities_ = std::get<control::MeetingOpened>(*ask(meeting, control::OpenMeeting{}).result)
                        .router_capabilities;
    return meeting;
  }
  sfu::ShardGauges all_gauges() {
    sfu::ShardGauges sum;
    bool seen = false;
    media_->ask_snapshots([&](const std::vector<ShardSnapshot>& snapshots) {
      seen = true;
      EXPECT_EQ(snapshots.size(), 2u);
      for (const ShardSnapshot& s : snapshots) {
        sum.routers += s.gauges.routers;
        sum.transports += s.gauges.transports;
        sum.producers += s.gauges.producers;
        sum.consumers += s.gauges.consumers;
        sum.piped_producers += s.gauges.piped_producers;
        sum.pipe_outlets += s.gauges.pipe_outlets;
        sum.timers += s.gauges.timers;
      }
    });
    loop_.run_until([&] { return seen; });
    return sum;
  }

  ortc::RtpCapabilities capabilities_;
};

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

TEST_F(LocalMediaTest, ASecondServerOnThePortsIsToldWhich) {
  auto second = LocalMedia::start(config_, *dtls::DtlsIdentity::generate(1'700'000'000), null_log(),
                                  loop_.post());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("--media-port"));
}

}  // namespace
}  // namespace confab::media
