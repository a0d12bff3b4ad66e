// Two shards for tests, on real threads and ports of 127.0.0.1; the test's own queue stands for the
// signaling loop.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "service/media/local_media.h"
#include "sim/parameters.h"

namespace confab::media {

class ListenerLoop final : public control::MediaListener {
 public:
  LocalMedia::Post post() {
    return [this](std::function<void()> task) {
      std::unique_lock lock(mutex_);
      if (is_holding_ && std::this_thread::get_id() != own_thread_) {
        ++held_;
        wake_.notify_all();
        released_.wait(lock, [&] { return !is_holding_; });
      }
      tasks_.push_back(std::move(task));
      wake_.notify_all();
    };
  }
  // From now on a shard that has something to say stands still.
  void hold() {
    const std::lock_guard lock(mutex_);
    is_holding_ = true;
    held_ = 0;
  }
  void wait_until_held(int shards) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return held_ == shards; });
  }
  void release() {
    const std::lock_guard lock(mutex_);
    is_holding_ = false;
    released_.notify_all();
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
  // Runs what has been posted so far.
  void run_posted() {
    std::unique_lock lock(mutex_);
    const auto tasks = std::exchange(tasks_, {});
    lock.unlock();
    for (const auto& task : tasks) task();
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
  std::condition_variable released_;
  const std::thread::id own_thread_ = std::this_thread::get_id();
  bool is_holding_ = false;
  int held_ = 0;
  std::deque<std::function<void()>> tasks_;
};

inline MediaConfig two_shards() {
  MediaConfig config;
  const IpAddress loopback = *IpAddress::parse("127.0.0.1");
  config.addresses = {{loopback, loopback}};
  config.shards = 2;
  // A port for each shard: tests that run side by side have neighbouring process ids.
  config.port = static_cast<std::uint16_t>(21000 + 2 * (::getpid() % 5000));
  return config;
}

class LocalMediaTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = LocalMedia::start(config_, node_, *dtls::DtlsIdentity::generate(1'700'000'000),
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
  std::uint16_t node_ = 0;
  SeededRandom random_{1};
  ListenerLoop loop_;
  std::unique_ptr<LocalMedia> media_;
  control::RequestId last_id_ = 0;
};

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
  ortc::CapabilitiesHash put_capabilities(const MeetingId& meeting, const Person& person) {
    const ortc::CapabilitiesHash hash = ortc::capabilities_hash(capabilities_);
    EXPECT_TRUE(ask(meeting, control::PutCapabilities{person.receive, hash, capabilities_}).result);
    return hash;
  }
  control::MediaCompletion consume(const MeetingId& meeting, const Person& person,
                                   const ProducerId& producer) {
    control::Consume consume;
    consume.transport = person.receive;
    consume.producer = producer;
    consume.capabilities = put_capabilities(meeting, person);
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

}  // namespace confab::media
