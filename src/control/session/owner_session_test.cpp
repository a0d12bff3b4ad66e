#include "control/session/owner_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "base/random.h"

namespace confab::control {
namespace {

using testing::HasSubstr;
using State = OwnerSession::State;

class OwnerSessionTest : public testing::Test {
 protected:
  // What it wanted since the last time, of one kind.
  template <typename T>
  std::vector<T> take() {
    std::vector<T> found;
    OwnerSession::Output out;
    while (session_.poll(out)) outputs_.push_back(std::move(out));
    for (auto& output : outputs_) {
      if (auto* one = std::get_if<T>(&output)) found.push_back(std::move(*one));
    }
    std::erase_if(outputs_, [](const auto& o) { return std::holds_alternative<T>(o); });
    return found;
  }
  template <typename T>
  std::vector<T> take_sent() {
    std::vector<T> found;
    for (auto& send : take<OwnerSession::Send>()) {
      if (auto* one = std::get_if<T>(&send.message)) found.push_back(std::move(*one));
    }
    return found;
  }
  void forget() {
    OwnerSession::Output out;
    while (session_.poll(out)) continue;
    outputs_.clear();
  }
  // Time passes, and what is due is done when it is due.
  void wait(Duration duration) {
    const Instant until = now_ + duration;
    while (session_.next_timeout() <= until) {
      now_ = std::max(now_, session_.next_timeout());
      session_.handle_timeout(now_);
    }
    now_ = until;
  }
  void connect(Boot boot = 7, bool is_resumed = false) {
    if (session_.state() == State::kApart) session_.handle_timeout(now_);
    ASSERT_EQ(take<OwnerSession::OpenStream>().size(), 1u);
    session_.stream_opened(now_);
    ASSERT_EQ(take_sent<OwnerHello>().size(), 1u);
    session_.handle(now_, MediaHello{.node = 2, .boot = boot, .is_resumed = is_resumed});
    ASSERT_EQ(session_.state(), State::kUp);
  }
  // The node goes on, beat after beat.
  void live(Duration duration) {
    for (Duration d{}; d < duration; d += 500ms) {
      wait(500ms);
      session_.handle(now_, Beat{});
    }
  }
  RequestId send(const MeetingId& meeting, MediaRequest request) {
    session_.send(now_, {++last_id_, meeting, std::move(request)});
    return last_id_;
  }
  ErrorCode only_error() {
    const auto completions = take<MediaCompletion>();
    EXPECT_EQ(completions.size(), 1u);
    return completions.empty() || completions[0].result ? ErrorCode::kInternal
                                                        : completions[0].result.error().code;
  }

  SeededRandom random_{1};
  const MeetingId meeting_ = MeetingId::random(random_);
  Instant now_{100s};
  OwnerSession session_{OwnerHello{.node = 1, .boot = 5}, now_};
  std::deque<OwnerSession::Output> outputs_;
  RequestId last_id_ = 0;
};

TEST_F(OwnerSessionTest, ACommandGoesOutAndItsResultComesBackOnce) {
  connect();
  const auto up = take<OwnerSession::NodeUp>();
  ASSERT_EQ(up.size(), 1u);
  EXPECT_TRUE(up[0].is_new);
  const RequestId id = send(meeting_, OpenMeeting{});
  const auto sent = take_sent<MediaCommand>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].id, id);
  session_.handle(now_, MediaCompletion{id, meeting_, MediaResult{MeetingOpened{}}});
  session_.handle(now_, MediaCompletion{id, meeting_, MediaResult{MeetingOpened{}}});
  EXPECT_EQ(take<MediaCompletion>().size(), 1u);
}

TEST_F(OwnerSessionTest, WithoutANodeACommandIsRefusedAtOnce) {
  send(meeting_, OpenMeeting{});
  EXPECT_EQ(only_error(), ErrorCode::kUnavailable);
}

TEST_F(OwnerSessionTest, ADeadlineGoesWithItsCommandAndIsTheOneThatIsWaitedFor) {
  connect();
  session_.send(now_, {++last_id_, meeting_, OpenMeeting{}, kFirstEpoch, now_ + 1s});
  const auto sent = take_sent<MediaCommand>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].deadline, now_ + 1s);
  live(500ms);
  EXPECT_TRUE(take<MediaCompletion>().empty());
  live(500ms);
  EXPECT_EQ(only_error(), ErrorCode::kTimeout);
}

TEST_F(OwnerSessionTest, NoDeadlineIsFartherThanAnAnswerIsWaitedFor) {
  connect();
  send(meeting_, OpenMeeting{});
  session_.send(now_, {++last_id_, meeting_, GetMeetingStats{}, kFirstEpoch, now_ + 10s});
  for (const MediaCommand& command : take_sent<MediaCommand>()) {
    EXPECT_EQ(command.deadline, now_ + 3s);
  }
}

TEST_F(OwnerSessionTest, WhatComesTooLateIsNotSentButWhatClosesIs) {
  connect();
  forget();
  const MeetingId other = MeetingId::random(random_);
  session_.send(now_, {++last_id_, meeting_, OpenMeeting{}, kFirstEpoch, now_});
  EXPECT_EQ(only_error(), ErrorCode::kTimeout);
  session_.send(now_, {++last_id_, other, CloseMeeting{}, kFirstEpoch, now_});
  EXPECT_EQ(take_sent<MediaCommand>().size(), 1u);
}

TEST_F(OwnerSessionTest, ANodeOfAnotherVersionOrWithOtherCodecsIsNoneForUs) {
  for (const auto& [hello, why] :
       {std::pair{MediaHello{.node = 2, .boot = 7, .version = 9}, "version 9"},
        {MediaHello{.node = 2, .boot = 7, .codec_hash = 1}, "other codecs"}}) {
    wait(1s);
    ASSERT_EQ(take<OwnerSession::OpenStream>().size(), 1u);
    session_.stream_opened(now_);
    session_.handle(now_, hello);
    const auto closed = take<OwnerSession::CloseStream>();
    ASSERT_EQ(closed.size(), 1u);
    EXPECT_TRUE(closed[0].is_refusal);
    EXPECT_THAT(closed[0].why, HasSubstr(why));
    EXPECT_EQ(session_.state(), State::kApart);
    EXPECT_TRUE(take<OwnerSession::NodeUp>().empty());
  }
}

TEST_F(OwnerSessionTest, AnAnswerThatDoesNotComeIsATimeoutAfterThreeSeconds) {
  connect();
  send(meeting_, OpenMeeting{});
  live(2500ms);
  EXPECT_TRUE(take<MediaCompletion>().empty());
  live(500ms);
  EXPECT_EQ(only_error(), ErrorCode::kTimeout);
}

TEST_F(OwnerSessionTest, AMeetingThatWasOpenedTooLateIsClosedAgain) {
  connect();
  send(meeting_, OpenMeeting{});
  forget();
  live(3s);
  const auto sent = take_sent<MediaCommand>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<CloseMeeting>(sent[0].request));
  EXPECT_EQ(session_.meetings(), 0u);
}

TEST_F(OwnerSessionTest, WhatCameTooLateIsClosedAndNobodyHearsOfIt) {
  connect();
  const RequestId id = send(meeting_, CreateTransport{});
  live(3s);
  EXPECT_EQ(only_error(), ErrorCode::kTimeout);
  forget();
  const auto transport = TransportId::random(random_);
  TransportCreated created;
  created.transport = transport;
  session_.handle(now_, MediaCompletion{id, meeting_, MediaResult{created}});
  const auto sent = take_sent<MediaCommand>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(std::get<CloseTransport>(sent[0].request).transport, transport);
  EXPECT_TRUE(take<MediaCompletion>().empty());
}

TEST_F(OwnerSessionTest, ANodeWhoseStreamBrokeAndThatDoesNotComeBackIsLostAfterAQuarterOfASecond) {
  connect();
  send(meeting_, OpenMeeting{});
  send(meeting_, CreateTransport{});
  forget();
  session_.stream_closed(now_, "reset");
  wait(240ms);
  EXPECT_TRUE(take<OwnerSession::NodeLost>().empty());
  wait(10ms);
  EXPECT_EQ(take<OwnerSession::NodeLost>().size(), 1u);
  const auto events = take<MediaEvent>();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].meeting, meeting_);
  EXPECT_TRUE(std::holds_alternative<MeetingLost>(events[0].body));
  EXPECT_EQ(take<MediaCompletion>().size(), 2u);
}

TEST_F(OwnerSessionTest, AStreamThatBrokeAloneCostsNothing) {
  connect();
  send(meeting_, OpenMeeting{});
  const RequestId open = send(meeting_, CreateTransport{});
  forget();
  session_.stream_closed(now_, "reset");
  const RequestId meanwhile = send(meeting_, CreateTransport{});
  connect(7, true);
  const auto up = take<OwnerSession::NodeUp>();
  ASSERT_EQ(up.size(), 1u);
  EXPECT_FALSE(up[0].is_new);
  EXPECT_TRUE(take<MediaEvent>().empty());
  EXPECT_EQ(session_.waiting(), 3u);
  session_.handle(now_, MediaCompletion{open, meeting_, fail(ErrorCode::kFull, "x")});
  session_.handle(now_, MediaCompletion{meanwhile, meeting_, fail(ErrorCode::kFull, "x")});
  EXPECT_EQ(take<MediaCompletion>().size(), 2u);
}

TEST_F(OwnerSessionTest, WhatIsOpenIsSentAgainInItsOrder) {
  connect();
  for (int i = 0; i < 3; ++i) send(meeting_, GetMeetingStats{});
  forget();
  session_.stream_closed(now_, "reset");
  send(meeting_, CloseMeeting{});
  session_.handle_timeout(now_);
  session_.stream_opened(now_);
  session_.handle(now_, MediaHello{.node = 2, .boot = 7, .is_resumed = true});
  std::vector<RequestId> ids;
  for (const MediaCommand& command : take_sent<MediaCommand>()) ids.push_back(command.id);
  EXPECT_THAT(ids, testing::ElementsAre(1, 2, 3, 4));
}

TEST_F(OwnerSessionTest, AFrozenNodeIsSuspectAfterOneAndAHalfAndLostAfterTwoSeconds) {
  connect();
  send(meeting_, OpenMeeting{});
  session_.handle(now_, Beat{});
  forget();
  wait(1400ms);
  EXPECT_TRUE(session_.is_open_to_meetings());
  wait(100ms);
  EXPECT_EQ(session_.state(), State::kSuspect);
  EXPECT_FALSE(session_.is_open_to_meetings());
  wait(499ms);
  EXPECT_TRUE(take<OwnerSession::NodeLost>().empty());
  wait(1ms);
  EXPECT_EQ(take<OwnerSession::NodeLost>().size(), 1u);
  EXPECT_EQ(take<OwnerSession::CloseStream>().size(), 1u);
  EXPECT_EQ(take<MediaEvent>().size(), 1u);
}

TEST_F(OwnerSessionTest, ASuspectThatIsHeardOfAgainIsNone) {
  connect();
  wait(1600ms);
  session_.handle(now_, Beat{});
  EXPECT_EQ(session_.state(), State::kUp);
}

TEST_F(OwnerSessionTest, WhenAFrozenNodeThawsWhatWasTakenElsewhereIsClosedThere) {
  connect();
  const RequestId open = send(meeting_, OpenMeeting{});
  session_.handle(now_, MediaCompletion{open, meeting_, MediaResult{MeetingOpened{}}});
  live(1s);
  wait(2s);
  forget();
  wait(1s);
  session_.stream_opened(now_);
  session_.handle(now_, MediaHello{.node = 2, .boot = 7, .is_resumed = true});
  EXPECT_TRUE(take<OwnerSession::NodeUp>().at(0).is_new);
  const auto sent = take_sent<MediaCommand>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].meeting, meeting_);
  EXPECT_TRUE(std::holds_alternative<CloseMeeting>(sent[0].request));
}

TEST_F(OwnerSessionTest, ANodeWithAnotherBootIsAnotherNode) {
  connect(7);
  send(meeting_, OpenMeeting{});
  forget();
  session_.stream_closed(now_, "reset");
  connect(8);
  EXPECT_EQ(take<OwnerSession::NodeLost>().size(), 1u);
  EXPECT_EQ(take<MediaEvent>().size(), 1u);
  EXPECT_TRUE(take<OwnerSession::NodeUp>().at(0).is_new);
  EXPECT_TRUE(take_sent<MediaCommand>().empty());  // there is nothing to close in it
  EXPECT_EQ(session_.meetings(), 0u);
}

TEST_F(OwnerSessionTest, ANodeThatGaveUsUpIsAnotherNodeToo) {
  connect(7);
  send(meeting_, OpenMeeting{});
  session_.stream_closed(now_, "overflow");
  forget();
  connect(7, false);
  EXPECT_EQ(take<MediaEvent>().size(), 1u);
}

TEST_F(OwnerSessionTest, WhenWeStoodStillOurselvesNobodyIsDeclaredDead) {
  connect();
  send(meeting_, OpenMeeting{});
  forget();
  now_ += 10s;
  session_.handle_timeout(now_);
  EXPECT_TRUE(take<OwnerSession::NodeLost>().empty());
  EXPECT_TRUE(take<MediaCompletion>().empty());
  session_.handle(now_, Beat{});
  EXPECT_TRUE(session_.is_open_to_meetings());
  wait(2s);
  EXPECT_EQ(take<OwnerSession::NodeLost>().size(), 1u);
}

TEST_F(OwnerSessionTest, ItBeatsTwiceASecondAndAcknowledgesWhatItHasHeard) {
  connect();
  send(meeting_, OpenMeeting{});
  forget();
  session_.handle(now_, NumberedEvent{1, {meeting_, ActiveSpeakers{}}});
  EXPECT_EQ(take<MediaEvent>().size(), 1u);
  wait(1s);
  std::size_t beats = 0;
  std::vector<Ack> acks;
  for (auto& send : take<OwnerSession::Send>()) {
    if (std::holds_alternative<Beat>(send.message)) ++beats;
    if (const auto* ack = std::get_if<Ack>(&send.message)) acks.push_back(*ack);
  }
  EXPECT_EQ(beats, 2u);
  ASSERT_EQ(acks.size(), 1u);  // nothing new the second time
  EXPECT_EQ(acks[0].seq, 1u);
  EXPECT_EQ(acks[0].settled, 1u);
}

TEST_F(OwnerSessionTest, AnEventIsHeardOnceAndAGapEndsTheLink) {
  connect();
  send(meeting_, OpenMeeting{});
  forget();
  const auto event = [&](std::uint64_t seq) {
    session_.handle(now_, NumberedEvent{seq, {meeting_, ActiveSpeakers{}}});
  };
  event(1);
  event(1);
  event(2);
  EXPECT_EQ(take<MediaEvent>().size(), 2u);
  event(4);
  EXPECT_EQ(take<OwnerSession::NodeLost>().size(), 1u);
}

TEST_F(OwnerSessionTest, NewsOfAMeetingThatIsNotOpenAreNoNews) {
  connect();
  session_.handle(now_, NumberedEvent{1, {meeting_, MeetingLost{"x"}}});
  EXPECT_TRUE(take<MediaEvent>().empty());
}

TEST_F(OwnerSessionTest, ALeavingNodeIsLeftByItsMeetings) {
  connect();
  send(meeting_, OpenMeeting{});
  Load load;
  load.is_draining = true;
  session_.handle(now_, Beat{1, load});
  EXPECT_FALSE(session_.is_open_to_meetings());
  EXPECT_TRUE(take<MediaEvent>().empty());
  forget();
  load.is_leaving = true;
  session_.handle(now_, Beat{2, load});
  EXPECT_EQ(take<MediaEvent>().size(), 1u);
  const auto sent = take_sent<MediaCommand>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<CloseMeeting>(sent[0].request));
}

TEST_F(OwnerSessionTest, TooManyThatWaitAreRefusedButWhatClosesIsNot) {
  connect();
  for (std::size_t i = 0; i < kLinkMessages; ++i) send(meeting_, GetMeetingStats{});
  EXPECT_TRUE(take<MediaCompletion>().empty());
  send(meeting_, GetMeetingStats{});
  EXPECT_EQ(only_error(), ErrorCode::kUnavailable);
  send(meeting_, CloseTransport{});
  EXPECT_TRUE(take<MediaCompletion>().empty());
}

TEST_F(OwnerSessionTest, ANodeThatCannotBeReachedIsAskedAgainLessAndLessOften) {
  std::vector<Duration> pauses;
  Instant last = now_;
  for (int i = 0; i < 7; ++i) {
    while (session_.state() == State::kApart) wait(10ms);
    pauses.push_back(now_ - last);
    last = now_;
    session_.stream_closed(now_, "refused");
  }
  EXPECT_EQ(pauses[1], 100ms);
  EXPECT_EQ(pauses[2], 200ms);
  EXPECT_EQ(pauses[6], 1s);
}

TEST_F(OwnerSessionTest, OneThatDoesNotGreetIsGivenUp) {
  session_.handle_timeout(now_);
  session_.stream_opened(now_);
  forget();
  wait(2s);
  EXPECT_EQ(take<OwnerSession::CloseStream>().size(), 1u);
}

TEST_F(OwnerSessionTest, OneThatSpeaksBeforeItGreetsIsGivenUp) {
  session_.handle_timeout(now_);
  session_.stream_opened(now_);
  session_.handle(now_, Beat{});
  EXPECT_THAT(take<OwnerSession::CloseStream>().at(0).why, HasSubstr("protocol"));
}

}  // namespace
}  // namespace confab::control
