// What every MediaControl promises, whichever side of a network the shards are on. A place makes
// one to be tested; the suite is media_contract_test.cpp.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "base/random.h"
#include "control/media.h"
#include "platform/http/event_loop.h"
#include "rtc/ortc/capabilities_hash.h"
#include "service/media/local_media_testing.h"

namespace confab::media_rpc {

// Two shards of this process on a loop of their own thread, and a way to command them.
class MediaPlace : private control::MediaListener {
 public:
  MediaPlace() = default;
  ~MediaPlace() override = default;

  // Runs it on the loop's thread, and waits.
  void on_loop(std::function<void()> task) {
    std::promise<void> done;
    loop_.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  // Commands without waiting.
  control::RequestId send(const MeetingId& meeting, control::MediaRequest request,
                          control::Epoch epoch = control::kFirstEpoch, Instant deadline = kNever) {
    const control::RequestId id = ++last_id_;
    on_loop([&] {
      is_sending_ = true;
      control().send({id, meeting, std::move(request), epoch, deadline});
      is_sending_ = false;
    });
    return id;
  }
  // What was answered and what happened so far, in its order; waits until there are so many.
  using News = std::variant<control::MediaCompletion, control::MediaEvent>;
  std::vector<News> take(std::size_t count) {
    std::vector<News> out;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (out.size() < count && std::chrono::steady_clock::now() < end) {
      on_loop([&] {
        for (News& one : news_) out.push_back(std::move(one));
        news_.clear();
      });
      if (out.size() < count) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return out;
  }
  control::MediaCompletion ask(const MeetingId& meeting, control::MediaRequest request,
                               control::Epoch epoch = control::kFirstEpoch,
                               Instant deadline = kNever) {
    const control::RequestId id = send(meeting, std::move(request), epoch, deadline);
    for (News& one : take(1)) {
      auto* completion = std::get_if<control::MediaCompletion>(&one);
      if (completion != nullptr && completion->id == id) return std::move(*completion);
    }
    ADD_FAILURE() << "no answer";
    return {id, meeting, fail(ErrorCode::kInternal, "no answer")};
  }

  virtual control::MediaControl& control() = 0;

 protected:
  void begin() {
    thread_ = std::thread([this] { loop_.run(); });
    on_loop([this] {
      auto started = media::LocalMedia::start(
          media::two_shards(), kNode, *dtls::DtlsIdentity::generate(1'700'000'000), null_log(),
          [this](auto task) { loop_.post(std::move(task)); });
      CHECK(started.has_value());
      local_ = std::move(*started);
    });
  }
  void end(const std::function<void()>& before) {
    on_loop([&] {
      before();
      local_.reset();
    });
    loop_.stop();
    thread_.join();
  }
  control::MediaListener& listener() { return *this; }

  static constexpr std::uint16_t kNode = 7;
  http::EventLoop loop_;
  std::unique_ptr<media::LocalMedia> local_;

 private:
  void on_media_completion(control::MediaCompletion completion) override {
    EXPECT_FALSE(is_sending_) << "an answer from inside send()";
    news_.emplace_back(std::move(completion));
  }
  void on_media_event(control::MediaEvent event) override {
    EXPECT_FALSE(is_sending_);
    news_.emplace_back(std::move(event));
  }

  std::thread thread_;
  control::RequestId last_id_ = 0;
  // The loop's thread.
  std::vector<News> news_;
  bool is_sending_ = false;
};

struct MediaUnderTest {
  std::string name;
  std::function<std::unique_ptr<MediaPlace>()> make_place;
};

class MediaContract : public testing::TestWithParam<MediaUnderTest> {
 protected:
  struct Person {
    ParticipantId id;
    TransportId send;
    TransportId receive;
  };
  MeetingId open();
  Person join(const MeetingId& meeting);
  ProducerId produce(const MeetingId& meeting, const Person& person);
  // The same with what it is said to show, and whatever becomes of it.
  control::MediaCompletion produce_as(const MeetingId& meeting, const Person& person,
                                      std::optional<control::TrackSource> source);
  void admit(const MeetingId& meeting, const Person& person, control::Permits permits = {});
  // What was answered and what happened, each as often as it should be; in any order.
  template <typename T>
  static std::vector<T> events_in(const std::vector<MediaPlace::News>& news) {
    std::vector<T> out;
    for (const auto& one : news) {
      const auto* event = std::get_if<control::MediaEvent>(&one);
      if (event == nullptr) continue;
      if (const auto* body = std::get_if<T>(&event->body)) out.push_back(*body);
    }
    return out;
  }
  control::MediaCompletion consume(const MeetingId& meeting, const Person& person,
                                   const ProducerId& producer);
  ErrorCode error_of(const MeetingId& meeting, control::MediaRequest request,
                     control::Epoch epoch = control::kFirstEpoch);
  control::MeetingStats stats(const MeetingId& meeting);

  std::unique_ptr<MediaPlace> place_ = GetParam().make_place();
  SeededRandom random_{1};
  ortc::RtpCapabilities capabilities_;
  std::uint32_t last_mid_ = 0;
};

}  // namespace confab::media_rpc
