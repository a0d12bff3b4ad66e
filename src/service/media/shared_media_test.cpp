#include "service/media/shared_media.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"

namespace confab::media {
namespace {

struct Plane final : control::MediaControl {
  void send(control::MediaCommand command) override { commands.push_back(std::move(command)); }
  std::vector<control::MediaCommand> commands;
};

struct Listener final : control::MediaListener {
  void on_media_completion(control::MediaCompletion completion) override {
    completions.push_back(std::move(completion));
  }
  void on_media_event(control::MediaEvent event) override { events.push_back(std::move(event)); }
  std::vector<control::MediaCompletion> completions;
  std::vector<control::MediaEvent> events;
};

class SharedMediaTest : public testing::Test {
 protected:
  SharedMediaTest() {
    ada_.set_listener(ada_hears_);
    ben_.set_listener(ben_hears_);
  }
  // Answers the oldest command that is not answered yet.
  void answer(Result<control::MediaResult> result = control::Done{}) {
    const control::MediaCommand& command = plane_.commands.at(answered_++);
    shared_.on_media_completion({command.id, command.meeting, std::move(result)});
  }
  void open(SharedMedia::User& user, const MeetingId& meeting) {
    user.send({1, meeting, control::OpenMeeting{}});
    answer(control::MeetingOpened{});
  }
  void speak(const MeetingId& meeting) {
    shared_.on_media_event({meeting, control::ActiveSpeakers{}});
  }

  SeededRandom random_{1};
  const MeetingId hers_ = MeetingId::random(random_);
  const MeetingId his_ = MeetingId::random(random_);
  Plane plane_;
  SharedMedia shared_{plane_};
  SharedMedia::User& ada_ = shared_.add_user();
  SharedMedia::User& ben_ = shared_.add_user();
  Listener ada_hears_;
  Listener ben_hears_;
  std::size_t answered_ = 0;
};

TEST_F(SharedMediaTest, EachIsAnsweredByItsOwnNumberThoughTheyChooseTheSame) {
  ada_.send({7, hers_, control::OpenMeeting{}});
  ben_.send({7, his_, control::OpenMeeting{}});
  EXPECT_NE(plane_.commands[0].id, plane_.commands[1].id);
  answer(control::MeetingOpened{});
  ASSERT_EQ(ada_hears_.completions.size(), 1u);
  EXPECT_EQ(ada_hears_.completions[0].id, 7u);
  EXPECT_TRUE(ben_hears_.completions.empty());
  answer(control::MeetingOpened{});
  ASSERT_EQ(ben_hears_.completions.size(), 1u);
  EXPECT_EQ(ben_hears_.completions[0].meeting, his_);
}

TEST_F(SharedMediaTest, EachHearsOfItsOwnMeetings) {
  open(ada_, hers_);
  open(ben_, his_);
  speak(his_);
  EXPECT_TRUE(ada_hears_.events.empty());
  ASSERT_EQ(ben_hears_.events.size(), 1u);
  EXPECT_EQ(ben_hears_.events[0].meeting, his_);
}

TEST_F(SharedMediaTest, OfAMeetingThatWasClosedNobodyHears) {
  open(ada_, hers_);
  ada_.send({2, hers_, control::CloseMeeting{}});
  answer();
  speak(hers_);
  EXPECT_TRUE(ada_hears_.events.empty());
}

TEST_F(SharedMediaTest, AMeetingThatCouldNotBeOpenedIsNobodys) {
  ada_.send({1, hers_, control::OpenMeeting{}});
  answer(fail(ErrorCode::kFull, "no more meetings on this server"));
  open(ben_, hers_);
  speak(hers_);
  EXPECT_EQ(ben_hears_.events.size(), 1u);
}

TEST_F(SharedMediaTest, OpeningAgainInVainKeepsWhatIsOpen) {
  open(ada_, hers_);
  ada_.send({2, hers_, control::OpenMeeting{}});
  answer(fail(ErrorCode::kUnavailable, "the media plane is overloaded; try again"));
  speak(hers_);
  EXPECT_EQ(ada_hears_.events.size(), 1u);
}

TEST_F(SharedMediaTest, OneThatIsOpenedAgainBeforeTheFirstAnswersIsHeardOf) {
  ada_.send({1, hers_, control::OpenMeeting{}});
  ada_.send({2, hers_, control::CloseMeeting{}});
  ada_.send({3, hers_, control::OpenMeeting{}});
  answer(fail(ErrorCode::kTimeout, "nobody waits for it any more"));
  answer();
  answer();
  speak(hers_);
  EXPECT_EQ(ada_hears_.events.size(), 1u);
}

TEST_F(SharedMediaTest, ALostMeetingIsToldOfOnce) {
  open(ada_, hers_);
  shared_.on_media_event({hers_, control::MeetingLost{"the shard is gone"}});
  shared_.on_media_event({hers_, control::MeetingLost{"the shard is gone"}});
  EXPECT_EQ(ada_hears_.events.size(), 1u);
}

}  // namespace
}  // namespace confab::media
