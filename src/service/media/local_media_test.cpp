// Two shards on real threads and ports of 127.0.0.1; the test's own queue stands for the signaling
// loop.
#include "service/media/local_media.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>

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
