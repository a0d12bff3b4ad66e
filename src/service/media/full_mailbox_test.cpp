// A shard that stands still while more is asked of it than its mailbox takes.
#include <map>
#include <memory>

#include "service/media/local_media_testing.h"

namespace confab::media {
namespace {

class FullMailboxTest : public SpreadMediaTest {
 protected:
  ~FullMailboxTest() override { loop_.release(); }

  void send(const MeetingId& meeting, control::MediaRequest request) {
    media_->send({++last_id_, meeting, std::move(request)});
  }
  // What was answered since, by the number of the command.
  std::map<control::RequestId, std::vector<control::MediaCompletion>> answers() {
    std::map<control::RequestId, std::vector<control::MediaCompletion>> out;
    for (auto& completion : std::exchange(loop_.completions, {})) {
      out[completion.id].push_back(std::move(completion));
    }
    return out;
  }
  // Stops the shard, on which the meeting must be, and sends it commands until one is refused.
  void fill(const MeetingId& meeting, std::uint8_t shard) {
    const control::SetConsumerPaused nobody{ConsumerId::random_at({0, shard}, random_), true};
    loop_.hold();
    send(meeting, nobody);
    loop_.wait_until_held(1);
    first_ = last_id_;
    while (loop_.completions.empty()) {
      send(meeting, nobody);
      loop_.run_posted();
    }
    ASSERT_EQ(code_of(loop_.completions.front()), ErrorCode::kUnavailable);
    EXPECT_EQ(loop_.completions.front().id, last_id_);
    loop_.completions.clear();
    taken_ = last_id_ - first_;
  }
  // Lets the shard go on, and waits until everything it had taken is answered, and `more`.
  void drain(std::size_t more = 0) {
    loop_.release();
    loop_.run_until([&] { return loop_.completions.size() >= taken_ + more; });
  }
  static ErrorCode code_of(const control::MediaCompletion& completion) {
    return completion.result ? ErrorCode::kInternal : completion.result.error().code;
  }
  // What was refused at once.
  std::vector<ErrorCode> refused() {
    loop_.run_posted();
    std::vector<ErrorCode> codes;
    for (const auto& completion : std::exchange(loop_.completions, {})) {
      codes.push_back(code_of(completion));
    }
    return codes;
  }

  const std::vector<ErrorCode> unavailable_once_ = {ErrorCode::kUnavailable};
  control::RequestId first_ = 0;
  std::size_t taken_ = 0;
};

TEST_F(FullMailboxTest, ACommandIsAnsweredOnceWhetherItFoundRoomOrNot) {
  const MeetingId meeting = open();
  const std::uint8_t shard = join(meeting).shard();
  fill(meeting, shard);
  EXPECT_GE(taken_, 4000u);
  send(meeting, control::OpenMeeting{});
  send(meeting, control::GetMeetingStats{});
  EXPECT_EQ(refused(), (std::vector(2, ErrorCode::kUnavailable)));

  drain();
  const auto answered = answers();
  EXPECT_EQ(answered.size(), taken_);
  for (const auto& [id, completions] : answered) {
    EXPECT_EQ(completions.size(), 1u);
    EXPECT_EQ(code_of(completions.front()), ErrorCode::kNotFound);
  }
  EXPECT_TRUE(ask(meeting, control::GetMeetingStats{}).result);
}

TEST_F(FullMailboxTest, WhoCouldNotGetATransportIsNotCounted) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  ASSERT_NE(anna.shard(), ben.shard());
  fill(meeting, anna.shard());
  // Both shards have two: the next one goes to the first.
  for (int i = 0; i < 10; ++i) {
    send(meeting, control::CreateTransport{ParticipantId::random(random_), {}});
    EXPECT_EQ(refused(), unavailable_once_);
  }
  drain();
  answers();
  EXPECT_EQ(join(meeting).shard(), anna.shard());
}

// Who closes something forgets it at once, so it would stay forever.
TEST_F(FullMailboxTest, WhatClosesSomethingWaitsForRoom) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  const ProducerId producer = produce(meeting, anna);
  const auto consumed = consume(meeting, anna, produce(meeting, ben));
  ASSERT_TRUE(consumed.result);
  fill(meeting, anna.shard());
  send(meeting, control::CloseConsumer{std::get<control::Consumed>(*consumed.result).consumer});
  send(meeting, control::CloseProducer{producer});
  send(meeting, control::CloseTransport{anna.send});
  send(meeting, control::CloseTransport{anna.receive});
  EXPECT_TRUE(refused().empty());
  drain(4);
  std::size_t closed = 0;
  for (const auto& completion : loop_.completions) closed += completion.result ? 1 : 0;
  EXPECT_EQ(closed, 4u);
  const sfu::ShardGauges gauges = all_gauges();
  EXPECT_EQ(gauges.transports, 2u);
  EXPECT_EQ(gauges.producers, 1u);
  EXPECT_EQ(gauges.consumers, 0u);
}

TEST_F(FullMailboxTest, AMeetingThatWasClosedMeanwhileIsGoneOnEveryShard) {
  for (const bool at_home : {true, false}) {
    const MeetingId meeting = open();
    const Person anna = join(meeting);
    const Person ben = join(meeting);
    ASSERT_NE(anna.shard(), ben.shard());
    ASSERT_TRUE(consume(meeting, ben, produce(meeting, anna)).result);
    fill(meeting, at_home ? anna.shard() : ben.shard());
    send(meeting, control::CloseMeeting{});
    EXPECT_TRUE(refused().empty());
    drain(1);
    EXPECT_EQ(all_gauges(), sfu::ShardGauges{});
    loop_.completions.clear();
  }
}

// Or the close that waits would close what was opened after it.
TEST_F(FullMailboxTest, NothingOvertakesWhatWaits) {
  const MeetingId meeting = open();
  fill(meeting, join(meeting).shard());
  send(meeting, control::CloseMeeting{});
  const control::RequestId closed = last_id_;
  send(meeting, control::OpenMeeting{});
  EXPECT_EQ(refused(), unavailable_once_);
  drain(1);
  EXPECT_EQ(answers().at(closed).size(), 1u);
  EXPECT_TRUE(ask(meeting, control::OpenMeeting{}).result);
  EXPECT_TRUE(ask(meeting, control::CreateTransport{ParticipantId::random(random_), {}}).result);
}

TEST_F(FullMailboxTest, AMeetingThatFoundNoRoomMayBeginElsewhere) {
  const MeetingId first = open();
  const MeetingId second = MeetingId::random(random_);
  fill(first, 0);
  send(second, control::OpenMeeting{});
  EXPECT_EQ(refused(), unavailable_once_);
  drain();
  answers();
  // One transport more: it is not where a meeting begins, nor does anybody leave it for that.
  ASSERT_TRUE(ask(first, control::CreateTransport{ParticipantId::random(random_), {}}).result);
  ASSERT_TRUE(ask(second, control::OpenMeeting{}).result);
  EXPECT_EQ(join(second).shard(), 1);
}

TEST_F(FullMailboxTest, AProducerThatCouldNotBeTakenOverIsWhenAskedForAgain) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  ASSERT_NE(anna.shard(), ben.shard());
  const ProducerId producer = produce(meeting, anna);
  const ortc::CapabilitiesHash capabilities = put_capabilities(meeting, ben);
  fill(meeting, ben.shard());
  control::Consume request;
  request.transport = ben.receive;
  request.producer = producer;
  request.capabilities = capabilities;
  send(meeting, request);
  const control::RequestId consume_id = last_id_;
  loop_.wait_until_held(2);  // the publisher's shard has been refused, and is about to say so
  drain(1);
  const auto answered = answers();
  ASSERT_EQ(answered.at(consume_id).size(), 1u);
  EXPECT_EQ(code_of(answered.at(consume_id).front()), ErrorCode::kUnavailable);

  EXPECT_TRUE(consume(meeting, ben, producer).result);
  EXPECT_EQ(all_gauges().piped_producers, 1u);
  EXPECT_TRUE(ask(meeting, control::CloseMeeting{}).result);
  EXPECT_EQ(all_gauges(), sfu::ShardGauges{});
}

// The stats of a meeting come from all its shards; one of them can not be asked.
TEST_F(FullMailboxTest, StatsOfWhichAPartIsMissingAreRefusedOnce) {
  const MeetingId meeting = open();
  const Person anna = join(meeting);
  const Person ben = join(meeting);
  ASSERT_NE(anna.shard(), ben.shard());
  fill(meeting, ben.shard());
  send(meeting, control::GetMeetingStats{});
  const control::RequestId stats = last_id_;
  drain(1);
  const auto answered = answers();
  ASSERT_EQ(answered.at(stats).size(), 1u);
  EXPECT_EQ(code_of(answered.at(stats).front()), ErrorCode::kUnavailable);
  EXPECT_TRUE(ask(meeting, control::GetMeetingStats{}).result);
}

// Every router a shard may have is on the first: nobody has a transport, so it has the fewest.
TEST_F(SpreadMediaTest, AShardWithoutAFreeRouterIsSentNobodyAnew) {
  const std::size_t routers_max = sfu::ShardLimits{}.routers_max;
  const MeetingId first = open();
  for (std::size_t i = 1; i < routers_max; ++i) open();
  // The next begins elsewhere, and those who come to it stay together, whoever has fewer.
  const MeetingId second = open();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(join(second).shard(), 1);
  // When all are full, that is said; and a place that becomes free is taken.
  for (std::size_t i = 1; i < routers_max; ++i) open();
  const MeetingId refused = MeetingId::random(random_);
  const auto full = ask(refused, control::OpenMeeting{});
  ASSERT_FALSE(full.result);
  EXPECT_EQ(full.result.error().code, ErrorCode::kFull);
  EXPECT_TRUE(ask(first, control::CloseMeeting{}).result);
  EXPECT_TRUE(ask(refused, control::OpenMeeting{}).result);
  EXPECT_EQ(join(refused).shard(), 0);
}

}  // namespace
}  // namespace confab::media
