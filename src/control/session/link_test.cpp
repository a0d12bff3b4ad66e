// Both sides together over a stream in virtual time that delays, breaks and freezes.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "base/random.h"
#include "control/session/media_desk.h"
#include "control/session/owner_session.h"

namespace confab::control {
namespace {

constexpr Duration kDelay = 1ms;
// By how much the node's clock is ahead of the owner's.
constexpr Duration kAhead = 1000h;

// One owner, one media node, and a media plane that remembers which meetings are open in it.
class Link {
 public:
  explicit Link(std::uint64_t seed, Versions of_owner = {}, Versions of_media = {})
      : random_(seed),
        of_media_(of_media),
        owner_(
            OwnerHello{
                .node = 1, .boot = 5, .version_min = of_owner.min, .version_max = of_owner.max},
            now_) {
    start_media();
  }

  void send(const MeetingId& meeting, MediaRequest request) {
    asked_.insert(++last_id_);
    owner_.send(now_, {last_id_, meeting, std::move(request)});
    settle();
  }
  void send_by(Duration deadline, const MeetingId& meeting, MediaRequest request) {
    asked_.insert(++last_id_);
    owner_.send(now_, {last_id_, meeting, std::move(request), kFirstEpoch, now_ + deadline});
    settle();
  }
  void run(Duration duration) {
    for (const Instant until = now_ + duration; now_ < until;) {
      step();
      now_ = std::max(now_ + kDelay, std::min(next(), until));
    }
  }
  // Everything in flight is lost; the owner hears of it, the node as well unless it is frozen.
  void break_stream() {
    if (stream_ == 0) return;
    const auto stream = std::exchange(stream_, 0);
    to_media_.clear();
    to_owner_.clear();
    owner_.stream_closed(now_, "broken");
    desk_->stream_closed(there(), stream);
    settle();
  }
  void set_frozen(bool is_frozen) { is_frozen_ = is_frozen; }
  void restart_media() {
    break_stream();
    ++boot_;
    opened_there.clear();
    start_media();
  }

  const OwnerSession& owner() const { return owner_; }
  const MediaDesk& desk() const { return *desk_; }
  SeededRandom& random() { return random_; }
  std::size_t unanswered() const { return asked_.size(); }

  std::set<MeetingId> opened_there;
  std::map<RequestId, int> answered;
  std::vector<MeetingId> lost;

 private:
  void start_media() {
    desk_.emplace(MediaHello{.node = 2, .boot = boot_}, there(), LinkTiming{}, of_media_);
  }
  Instant there() const { return now_ + kAhead; }
  Instant next() const {
    Instant out = owner_.next_timeout();
    if (!is_frozen_) out = std::min(out, desk_->next_timeout() - kAhead);
    if (!is_frozen_ && !to_media_.empty()) out = std::min(out, to_media_.front().first);
    if (!to_owner_.empty()) out = std::min(out, to_owner_.front().first);
    return out;
  }
  void step() {
    while (!to_media_.empty() && to_media_.front().first <= now_ && !is_frozen_) {
      auto message = std::move(to_media_.front().second);
      to_media_.pop_front();
      desk_->handle(there(), stream_, std::move(message));
      settle();
    }
    while (!to_owner_.empty() && to_owner_.front().first <= now_) {
      auto message = std::move(to_owner_.front().second);
      to_owner_.pop_front();
      owner_.handle(now_, std::move(message));
      settle();
    }
    if (owner_.next_timeout() <= now_) owner_.handle_timeout(now_);
    settle();
    if (!is_frozen_ && desk_->next_timeout() <= there()) desk_->handle_timeout(there());
    settle();
  }
  void settle() {
    OwnerSession::Output wish;
    while (owner_.poll(wish)) std::visit([this](auto& w) { on(w); }, wish);
    MediaDesk::Output deed;
    while (!is_frozen_ && desk_->poll(deed)) std::visit([this](auto& d) { on(d); }, deed);
  }
  void on(OwnerSession::OpenStream&) {
    stream_ = ++last_stream_;
    owner_.stream_opened(now_);
    desk_->stream_opened(there(), stream_);
  }
  void on(OwnerSession::CloseStream&) {
    if (stream_ != 0) desk_->stream_closed(there(), std::exchange(stream_, 0));
    to_media_.clear();
    to_owner_.clear();
  }
  void on(OwnerSession::Send& send) {
    if (stream_ != 0) to_media_.emplace_back(now_ + kDelay, std::move(send.message));
  }
  void on(OwnerSession::NodeUp&) {}
  void on(OwnerSession::NodeLost&) {}
  void on(OwnerSession::LoadChanged&) {}
  void on(MediaCompletion& completion) {
    ++answered[completion.id];
    asked_.erase(completion.id);
  }
  void on(MediaEvent& event) {
    if (std::holds_alternative<MeetingLost>(event.body)) lost.push_back(event.meeting);
  }
  void on(MediaDesk::SendTo& send) {
    if (send.stream == stream_) to_owner_.emplace_back(now_ + kDelay, std::move(send.message));
  }
  void on(MediaDesk::CloseStream& close) {
    if (close.stream != stream_) return;
    stream_ = 0;
    to_media_.clear();
    to_owner_.clear();
    owner_.stream_closed(now_, close.why);
  }
  void on(MediaDesk::Execute& command) {
    if (std::holds_alternative<OpenMeeting>(command.request)) opened_there.insert(command.meeting);
    if (std::holds_alternative<CloseMeeting>(command.request)) opened_there.erase(command.meeting);
    desk_->completed(there(), {command.id, command.meeting, MediaResult{Done{}}});
  }

  SeededRandom random_;
  Instant now_{100s};
  Versions of_media_;
  OwnerSession owner_;
  Boot boot_ = 70;
  std::optional<MediaDesk> desk_;
  bool is_frozen_ = false;
  MediaDesk::StreamId stream_ = 0;
  MediaDesk::StreamId last_stream_ = 0;
  std::deque<std::pair<Instant, ToMedia>> to_media_;
  std::deque<std::pair<Instant, FromMedia>> to_owner_;
  std::set<RequestId> asked_;
  RequestId last_id_ = 0;
};

TEST(LinkTest, TenMinutesOfQuietBreaksNothing) {
  Link link(1);
  link.run(10min);
  EXPECT_EQ(link.owner().state(), OwnerSession::State::kUp);
  EXPECT_EQ(link.desk().owners(), 1u);
}

// A rolling upgrade: one end is of the next release already.
TEST(LinkTest, NeighbouringVersionsWorkTogether) {
  for (const auto& [owner, media] : {std::pair{Versions{1, 2}, Versions{1, 1}},
                                     {Versions{1, 1}, Versions{1, 2}},
                                     {Versions{2, 3}, Versions{1, 2}}}) {
    Link link(1, owner, media);
    link.run(100ms);
    const auto meeting = MeetingId::random(link.random());
    link.send(meeting, OpenMeeting{});
    link.run(100ms);
    EXPECT_TRUE(link.opened_there.contains(meeting)) << owner.max << " with " << media.max;
  }
}

TEST(LinkTest, WithNoVersionInCommonNobodyIsHeard) {
  Link link(1, {2, 3}, {1, 1});
  link.run(10s);
  EXPECT_NE(link.owner().state(), OwnerSession::State::kUp);
  EXPECT_GE(link.desk().counts().streams_refused, 5u);
}

// A frozen node reads what waited when nobody waits for it any more.
TEST(LinkTest, WhatLayInAFrozenNodeForTooLongIsNotBegun) {
  Link link(1);
  link.run(5s);
  const auto meeting = MeetingId::random(link.random());
  link.set_frozen(true);
  link.send_by(1s, meeting, OpenMeeting{});
  link.run(1500ms);
  EXPECT_EQ(link.unanswered(), 0u);
  link.set_frozen(false);
  link.run(100ms);
  EXPECT_EQ(link.owner().state(), OwnerSession::State::kUp);
  EXPECT_FALSE(link.opened_there.contains(meeting));
  EXPECT_EQ(link.desk().counts().commands_late, 1u);
}

TEST(LinkTest, ABrokenStreamIsMendedWithinThreeRoundTripsAndNobodyIsMoved) {
  Link link(1);
  link.run(100ms);
  const auto meeting = MeetingId::random(link.random());
  link.send(meeting, OpenMeeting{});
  link.run(100ms);
  link.send(meeting, GetMeetingStats{});  // lost on its way
  link.break_stream();
  link.run(10ms);
  EXPECT_EQ(link.owner().state(), OwnerSession::State::kUp);
  EXPECT_EQ(link.unanswered(), 0u);
  EXPECT_TRUE(link.lost.empty());
  EXPECT_TRUE(link.opened_there.contains(meeting));
}

TEST(LinkTest, AFrozenNodeIsLeftAndHoldsNothingWhenItThaws) {
  Link link(1);
  link.run(100ms);
  const auto meeting = MeetingId::random(link.random());
  link.send(meeting, OpenMeeting{});
  link.run(100ms);
  link.set_frozen(true);
  link.run(2100ms);
  EXPECT_EQ(link.lost.size(), 1u);
  link.run(10s);
  link.set_frozen(false);
  link.run(3s);
  EXPECT_EQ(link.owner().state(), OwnerSession::State::kUp);
  EXPECT_TRUE(link.opened_there.empty());
}

TEST(LinkTest, ANodeThatIsStartedAnewLosesItsMeetingsOnce) {
  Link link(1);
  link.run(100ms);
  link.send(MeetingId::random(link.random()), OpenMeeting{});
  link.run(100ms);
  link.restart_media();
  link.run(3s);
  EXPECT_EQ(link.lost.size(), 1u);
  EXPECT_EQ(link.owner().state(), OwnerSession::State::kUp);
}

// Whatever happens to the stream and the node: each command is answered once, and after some quiet
// the node has no meeting that its owner does not know of.
TEST(LinkTest, AfterAnyTroubleBothKnowTheSame) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Link link(seed);
    SeededRandom& random = link.random();
    std::vector<MeetingId> meetings;
    std::size_t asked = 0;
    for (int i = 0; i < 60; ++i) {
      switch (random.between(0, 9)) {
        case 0:
          link.break_stream();
          break;
        case 1:
          link.set_frozen(true);
          link.run(std::chrono::milliseconds(random.between(1, 3000)));
          link.set_frozen(false);
          break;
        case 2:
          if (random.between(0, 3) == 0) link.restart_media();
          break;
        case 3:
          if (meetings.empty()) break;
          link.send(meetings[random.u32() % meetings.size()], CloseMeeting{});
          ++asked;
          break;
        default:
          meetings.push_back(MeetingId::random(random));
          link.send(meetings.back(), OpenMeeting{});
          ++asked;
      }
      link.run(std::chrono::milliseconds(random.between(0, 300)));
    }
    link.run(10s);
    EXPECT_EQ(link.unanswered(), 0u) << "seed " << seed;
    EXPECT_EQ(link.answered.size(), asked) << "seed " << seed;
    for (const auto& [id, times] : link.answered) EXPECT_EQ(times, 1) << "seed " << seed;
    EXPECT_EQ(link.owner().state(), OwnerSession::State::kUp) << "seed " << seed;
    EXPECT_EQ(link.opened_there.size(), link.owner().meetings()) << "seed " << seed;
    EXPECT_EQ(link.desk().meetings(), link.owner().meetings()) << "seed " << seed;
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace confab::control
