#include "control/session/media_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "base/random.h"

namespace confab::control {
namespace {

using Reason = MediaDesk::CloseReason;

constexpr ortc::CapabilitiesHash kCodecs = 99;

class MediaDeskTest : public testing::Test {
 protected:
  template <typename T>
  std::vector<T> take() {
    MediaDesk::Output out;
    while (desk_.poll(out)) outputs_.push_back(std::move(out));
    std::vector<T> found;
    for (auto& output : outputs_) {
      if (auto* one = std::get_if<T>(&output)) found.push_back(std::move(*one));
    }
    std::erase_if(outputs_, [](const auto& o) { return std::holds_alternative<T>(o); });
    return found;
  }
  template <typename T>
  std::vector<T> take_sent(MediaDesk::StreamId stream) {
    std::vector<T> found;
    for (auto& send : take<MediaDesk::SendTo>()) {
      if (send.stream != stream) continue;
      if (auto* one = std::get_if<T>(&send.message)) found.push_back(std::move(*one));
    }
    return found;
  }
  void forget() {
    MediaDesk::Output out;
    while (desk_.poll(out)) continue;
    outputs_.clear();
  }
  // `boots` beat meanwhile, on their streams.
  void wait(Duration duration, std::vector<MediaDesk::StreamId> beating = {}) {
    const Instant until = now_ + duration;
    while (desk_.next_timeout() <= until) {
      now_ = desk_.next_timeout();
      for (const auto stream : beating) desk_.handle(now_, stream, Beat{});
      desk_.handle_timeout(now_);
    }
    now_ = until;
  }
  MediaHello greet(MediaDesk::StreamId stream, Boot boot, std::uint16_t node = 1) {
    desk_.stream_opened(now_, stream);
    desk_.handle(now_, stream, OwnerHello{.node = node, .boot = boot, .codec_hash = kCodecs});
    const auto hellos = take_sent<MediaHello>(stream);
    EXPECT_EQ(hellos.size(), 1u);
    return hellos.empty() ? MediaHello{} : hellos[0];
  }
  void send(MediaDesk::StreamId stream, RequestId id, MediaRequest request, Epoch epoch = 1) {
    desk_.handle(now_, stream, MediaCommand{id, meeting_, std::move(request), epoch});
  }
  // The media plane does what it was told.
  std::size_t carry_out() {
    const auto commands = take<MediaDesk::Execute>();
    for (const MediaCommand& command : commands) {
      desk_.completed(now_, {command.id, command.meeting, MediaResult{Done{}}});
    }
    return commands.size();
  }

  SeededRandom random_{1};
  const MeetingId meeting_ = MeetingId::random(random_);
  Instant now_{100s};
  MediaDesk desk_{MediaHello{.node = 2, .boot = 70, .codec_hash = kCodecs}, now_};
  std::deque<MediaDesk::Output> outputs_;
};

TEST_F(MediaDeskTest, WhoGreetsIsGreetedAndHisCommandsAreAnsweredUnderHisNumbers) {
  EXPECT_FALSE(greet(1, 5).is_resumed);
  send(1, 41, OpenMeeting{});
  EXPECT_EQ(carry_out(), 1u);
  const auto results = take_sent<MediaCompletion>(1);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].id, 41u);
  EXPECT_EQ(desk_.meetings(), 1u);
}

TEST_F(MediaDeskTest, TheSameCommandAgainIsAnsweredFromMemory) {
  greet(1, 5);
  send(1, 1, OpenMeeting{});
  send(1, 1, OpenMeeting{});  // it is on its way
  EXPECT_EQ(carry_out(), 1u);
  EXPECT_EQ(take_sent<MediaCompletion>(1).size(), 1u);
  send(1, 1, OpenMeeting{});
  EXPECT_EQ(carry_out(), 0u);
  EXPECT_EQ(take_sent<MediaCompletion>(1).size(), 1u);
  EXPECT_EQ(desk_.counts().commands_again, 2u);
}

TEST_F(MediaDeskTest, ButNotForEver) {
  greet(1, 5);
  send(1, 1, OpenMeeting{});
  carry_out();
  wait(31s, {1});
  send(1, 1, OpenMeeting{});
  EXPECT_EQ(carry_out(), 1u);
}

TEST_F(MediaDeskTest, ACommandThatCameTooLateIsAnsweredAndNotBegun) {
  greet(1, 5);
  // The owner's clock stands at a second when ours stands at a hundred; this one was on its way
  // for two.
  desk_.handle(now_, 1, Beat{1, {}, Instant{1s}});
  now_ += 2s;
  const MediaCommand late{1, meeting_, OpenMeeting{}, kFirstEpoch, Instant{2s}};
  desk_.handle(now_, 1, late);
  EXPECT_EQ(carry_out(), 0u);
  const auto results = take_sent<MediaCompletion>(1);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].result.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(desk_.counts().commands_late, 1u);
  EXPECT_EQ(desk_.meetings(), 0u);
}

TEST_F(MediaDeskTest, WhatIsBegunCarriesItsDeadlineByOurClock) {
  greet(1, 5);
  desk_.handle(now_, 1, Beat{1, {}, Instant{1s}});
  desk_.handle(now_, 1, MediaCommand{1, meeting_, OpenMeeting{}, kFirstEpoch, Instant{3s}});
  const auto commands = take<MediaDesk::Execute>();
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(commands[0].deadline, now_ + 2s);
}

TEST_F(MediaDeskTest, WhatClosesIsBegunHoweverLate) {
  greet(1, 5);
  desk_.handle(now_, 1, Beat{1, {}, Instant{1s}});
  now_ += 2s;
  const auto participant = ParticipantId::random(random_);
  RequestId id = 0;
  for (const MediaRequest& request : std::initializer_list<MediaRequest>{
           CloseTransport{}, CloseProducer{}, CloseConsumer{}, SetPermits{participant, {}},
           Dismiss{participant}, CloseMeeting{}}) {
    desk_.handle(now_, 1, MediaCommand{++id, meeting_, request, kFirstEpoch, Instant{2s}});
  }
  EXPECT_EQ(carry_out(), 6u);
  EXPECT_EQ(desk_.counts().commands_late, 0u);
}

TEST_F(MediaDeskTest, ListsItsMeetingsPageByPage) {
  greet(1, 5, 3);
  std::vector<MeetingId> opened;
  for (RequestId id = 1; id <= 5; ++id) {
    opened.push_back(MeetingId::random(random_));
    desk_.handle(now_, 1, MediaCommand{id, opened.back(), OpenMeeting{}, 4});
  }
  carry_out();
  std::ranges::sort(opened);
  const auto first = desk_.list({}, 3);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0].epoch, 4u);
  EXPECT_EQ(first[0].node, 3);
  EXPECT_EQ(first[0].boot, 5u);
  EXPECT_TRUE(first[0].is_connected);
  const auto second = desk_.list(first.back().meeting, 3);
  ASSERT_EQ(second.size(), 2u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ((i < 3 ? first[i] : second[i - 3]).meeting, opened[i]);
  }
  desk_.stream_closed(now_, 1);
  EXPECT_FALSE(desk_.find(opened[0])->is_connected);
  EXPECT_FALSE(desk_.find(meeting_));
}

TEST_F(MediaDeskTest, AnOwnerIsToldThatTheNodeTakesMeetingsAgain) {
  greet(1, 5);
  forget();
  desk_.set_draining(now_, true, false);
  desk_.set_draining(now_, false, false);
  const auto beats = take_sent<Beat>(1);
  ASSERT_EQ(beats.size(), 2u);
  EXPECT_TRUE(beats[0].load.is_draining);
  EXPECT_FALSE(beats[1].load.is_draining);
}

TEST_F(MediaDeskTest, OnAnotherStreamAnOwnerFindsWhatItHasNotHeard) {
  greet(1, 5);
  send(1, 1, OpenMeeting{});
  carry_out();
  desk_.happened(now_, {meeting_, ActiveSpeakers{}});
  desk_.happened(now_, {meeting_, ActiveSpeakers{}});
  desk_.handle(now_, 1, Ack{1, 1});
  desk_.stream_closed(now_, 1);
  desk_.happened(now_, {meeting_, ActiveSpeakers{}});
  forget();
  desk_.stream_opened(now_, 2);
  desk_.handle(now_, 2, OwnerHello{.node = 1, .boot = 5, .codec_hash = kCodecs});
  std::vector<std::uint64_t> seqs;
  for (const auto& sent : take<MediaDesk::SendTo>()) {
    if (const auto* hello = std::get_if<MediaHello>(&sent.message)) EXPECT_TRUE(hello->is_resumed);
    if (const auto* e = std::get_if<NumberedEvent>(&sent.message)) seqs.push_back(e->seq);
  }
  EXPECT_THAT(seqs, testing::ElementsAre(2, 3));
}

TEST_F(MediaDeskTest, TheSameProcessOnASecondStreamReplacesItsFirst) {
  greet(1, 5);
  greet(2, 5);
  const auto closed = take<MediaDesk::CloseStream>();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].stream, 1u);
  EXPECT_EQ(closed[0].reason, Reason::kReplaced);
  send(1, 1, OpenMeeting{});  // what was on its way on the old one
  EXPECT_EQ(carry_out(), 0u);
}

TEST_F(MediaDeskTest, AnOwnerThatDoesNotComeBackIsForgottenWithItsMeetings) {
  greet(1, 5);
  send(1, 1, OpenMeeting{});
  carry_out();
  desk_.stream_closed(now_, 1);
  wait(14min);
  EXPECT_TRUE(take<MediaDesk::Execute>().empty());
  wait(2min);
  const auto commands = take<MediaDesk::Execute>();
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<CloseMeeting>(commands[0].request));
  EXPECT_EQ(desk_.owners() + desk_.meetings(), 0u);
  EXPECT_FALSE(greet(2, 5).is_resumed);
}

TEST_F(MediaDeskTest, OneThatWasStartedAnewLetsGoOfItsOldMeetingsSooner) {
  greet(1, 5);
  send(1, 1, OpenMeeting{});
  carry_out();
  desk_.stream_closed(now_, 1);
  greet(2, 6);
  wait(29s, {2});
  EXPECT_EQ(desk_.meetings(), 1u);
  wait(2s, {2});
  EXPECT_EQ(desk_.meetings(), 0u);
}

TEST_F(MediaDeskTest, AlsoWhereItIsSeenToHaveGoneOnlyAfterTheNewOneCame) {
  greet(1, 5);
  send(1, 1, OpenMeeting{});
  carry_out();
  greet(2, 6);
  desk_.stream_closed(now_, 1);
  wait(31s, {2});
  EXPECT_EQ(desk_.meetings(), 0u);
}

TEST_F(MediaDeskTest, ASilentOwnerLosesItsStreamAndKeepsItsMeetings) {
  greet(1, 5);
  send(1, 1, OpenMeeting{});
  carry_out();
  wait(2500ms);
  const auto closed = take<MediaDesk::CloseStream>();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].reason, Reason::kSilent);
  EXPECT_EQ(desk_.meetings(), 1u);
}

TEST_F(MediaDeskTest, WhoDoesNotGreetIsNotWaitedFor) {
  desk_.stream_opened(now_, 1);
  wait(3s);
  EXPECT_EQ(take<MediaDesk::CloseStream>().at(0).reason, Reason::kSilent);
  desk_.stream_opened(now_, 2);
  desk_.handle(now_, 2, Beat{});
  EXPECT_EQ(take<MediaDesk::CloseStream>().at(0).reason, Reason::kMalformed);
}

TEST_F(MediaDeskTest, AnotherVersionAndOtherCodecsAreRefusedWithASentence) {
  const auto refusal = [&](MediaDesk::StreamId stream, OwnerHello hello) {
    desk_.stream_opened(now_, stream);
    desk_.handle(now_, stream, std::move(hello));
    const auto closed = take<MediaDesk::CloseStream>();
    EXPECT_EQ(closed.at(0).reason, Reason::kVersion);
    return closed.at(0).why;
  };
  EXPECT_EQ(refusal(1, {.boot = 1, .version_min = 2, .version_max = 3, .codec_hash = kCodecs}),
            "this media node speaks versions 1 to 1, the signaling node 2 to 3");
  EXPECT_EQ(refusal(2, {.boot = 1, .codec_hash = 1}),
            "this media node is configured with other codecs");
}

TEST_F(MediaDeskTest, ThereIsAnEndToOwners) {
  for (Boot boot = 1; boot <= kOwnersMax; ++boot) greet(boot, boot);
  desk_.stream_opened(now_, 1000);
  desk_.handle(now_, 1000, OwnerHello{.boot = 1000, .codec_hash = kCodecs});
  EXPECT_EQ(take<MediaDesk::CloseStream>().at(0).reason, Reason::kFull);
}

TEST_F(MediaDeskTest, TheMeetingOfAnotherIsNotTouched) {
  greet(1, 5, 1);
  greet(2, 6, 2);
  send(1, 1, OpenMeeting{});
  carry_out();
  forget();
  send(2, 1, CloseMeeting{});
  EXPECT_EQ(carry_out(), 0u);
  const auto results = take_sent<MediaCompletion>(2);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].result.error().code, ErrorCode::kConflict);
}

TEST_F(MediaDeskTest, AHigherEpochTakesAMeetingOverAndItsEventsWithIt) {
  greet(1, 5, 1);
  greet(2, 6, 2);
  send(1, 1, OpenMeeting{}, 1);
  send(2, 1, OpenMeeting{}, 2);
  forget();
  desk_.happened(now_, {meeting_, ActiveSpeakers{}});
  const auto sent = take<MediaDesk::SendTo>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].stream, 2u);
}

TEST_F(MediaDeskTest, AnOwnerThatHearsNothingForTooLongBeginsAnew) {
  greet(1, 5);
  send(1, 1, OpenMeeting{});
  carry_out();
  desk_.stream_closed(now_, 1);
  for (std::size_t i = 0; i <= kLinkMessages; ++i) {
    desk_.happened(now_, {meeting_, ActiveSpeakers{}});
  }
  EXPECT_EQ(desk_.counts().owners_overflowed, 1u);
  EXPECT_EQ(take<MediaDesk::Execute>().size(), 1u);
  EXPECT_FALSE(greet(2, 5).is_resumed);
}

TEST_F(MediaDeskTest, ItBeatsTwiceASecondWithItsLoadAndHowLateItIs) {
  greet(1, 5);
  forget();
  desk_.set_transports(12);
  now_ = desk_.next_timeout() + 30ms;
  desk_.handle_timeout(now_);
  const auto beats = take_sent<Beat>(1);
  ASSERT_EQ(beats.size(), 1u);
  EXPECT_EQ(beats[0].load.transports, 12u);
  EXPECT_EQ(beats[0].load.lag, 30ms);
}

TEST_F(MediaDeskTest, ThatItDrainsIsSaidAtOnce) {
  greet(1, 5);
  forget();
  desk_.set_draining(now_, true, false);
  const auto beats = take_sent<Beat>(1);
  ASSERT_EQ(beats.size(), 1u);
  EXPECT_TRUE(beats[0].load.is_draining);
  EXPECT_FALSE(beats[0].load.is_leaving);
}

TEST_F(MediaDeskTest, AfterItStoodStillItselfNobodyWasSilent) {
  greet(1, 5);
  now_ += 20s;
  desk_.handle_timeout(now_);
  EXPECT_TRUE(take<MediaDesk::CloseStream>().empty());
  wait(4s);
  EXPECT_EQ(take<MediaDesk::CloseStream>().size(), 1u);
}

}  // namespace
}  // namespace confab::control
