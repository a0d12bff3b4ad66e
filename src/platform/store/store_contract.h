// What every Store promises, as tests: store_contract.cpp holds against each implementation that an
// INSTANTIATE_TEST_SUITE_P names (SQLite's among the unit tests, PostgreSQL's in tests/contracts).
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "platform/store/store.h"

namespace confab::store {

// Where a store keeps things: a folder, a database. Empty at first, and gone with this.
class StorePlace {
 public:
  virtual ~StorePlace() = default;
  // May be called again when the store before is gone.
  virtual Result<std::unique_ptr<Store>> open(Post post, LogSink& log) = 0;
  // Without the store's knowledge.
  virtual void execute(const std::string& sql) = 0;
};

struct StoreUnderTest {
  std::string name;
  std::function<std::unique_ptr<StorePlace>()> make_place;
  friend void PrintTo(const StoreUnderTest& store, std::ostream* out) { *out << store.name; }
};

// Stands in for the signaling loop: answers are run by whoever waits for them.
class Answers {
 public:
  Post post() {
    return [this](std::move_only_function<void()> task) {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      arrived_.notify_one();
    };
  }

  void run_one() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !tasks_.empty(); });
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::move_only_function<void()>> tasks_;
};

// Remembers what was written, as one text.
class MemoryLog final : public LogSink {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
    const std::lock_guard lock(mutex_);
    text_ += event;
    for (const LogField& field : fields) text_ += ' ' + field.value;
    text_ += '\n';
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

// Calls a store and waits for its answers.
class StoreUser {
 public:
  explicit StoreUser(StorePlace& place) : place_(place) {}

  Store& store() {
    if (!store_) {
      auto opened = place_.open(answers_.post(), log_);
      EXPECT_TRUE(opened) << opened.error().message;
      store_ = std::move(*opened);
    }
    return *store_;
  }
  bool is_open() const { return store_ != nullptr; }
  void close() { store_.reset(); }
  Answers& answers() { return answers_; }
  const MemoryLog& log() const { return log_; }

  template <typename T, typename Call>
  Result<T> wait(Call call) {
    std::optional<Result<T>> out;
    call([&](Result<T> result) { out = std::move(result); });
    while (!out) answers_.run_one();
    return std::move(*out);
  }

  // The room of the calls below.
  Result<void> create(const std::string& code, std::int64_t at_ms = 1000) {
    room_ = RoomRecord{RoomId::random(random_), code, at_ms};
    return wait<void>([&](auto answer) { store().create_room(room_, std::move(answer)); });
  }
  const RoomRecord& room() const { return room_; }
  ParticipantId ada() const { return ada_; }

  ChatRecord line(const std::string& text, std::int64_t at_ms,
                  std::optional<ParticipantId> to = std::nullopt) {
    return {MessageId::random(random_),
            room_.id,
            ada_,
            "Ada",
            to,
            to ? "Ben" : "",
            text,
            at_ms,
            room_.code};
  }
  Result<void> append(const ChatRecord& message) {
    return wait<void>([&](auto answer) { store().append_chat(message, std::move(answer)); });
  }
  Result<void> say(const std::string& text, std::int64_t at_ms,
                   std::optional<ParticipantId> to = std::nullopt) {
    return append(line(text, at_ms, to));
  }
  Result<std::optional<LoadedRoom>> try_load(const std::string& code, std::size_t chat_max = 200,
                                             std::int64_t now_ms = 5000) {
    return wait<std::optional<LoadedRoom>>(
        [&](auto answer) { store().load_room(code, chat_max, now_ms, std::move(answer)); });
  }
  std::optional<LoadedRoom> load(const std::string& code, std::size_t chat_max = 200,
                                 std::int64_t now_ms = 5000) {
    auto loaded = try_load(code, chat_max, now_ms);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? *loaded : std::nullopt;
  }
  Result<void> save(const PersonRecord& person) {
    return wait<void>([&](auto answer) { store().save_person(person, std::move(answer)); });
  }
  Result<void> save(const RoomSettingsRecord& settings) {
    return wait<void>(
        [&](auto answer) { store().save_settings(room_.code, settings, std::move(answer)); });
  }
  Result<std::optional<RoomRecord>> find(const std::string& code) {
    return wait<std::optional<RoomRecord>>(
        [&](auto answer) { store().find_room(code, std::move(answer)); });
  }
  Purged purge(Retention retention, std::int64_t unix_ms, Duration since_start = 0s) {
    return *wait<Purged>([&](auto answer) {
      store().purge(std::move(retention), {unix_ms, Instant{} + since_start}, std::move(answer));
    });
  }
  Result<void> check() {
    return wait<void>([&](auto answer) { store().check(std::move(answer)); });
  }

 private:
  StorePlace& place_;
  SeededRandom random_{11};
  Answers answers_;
  MemoryLog log_;
  std::unique_ptr<Store> store_;
  RoomRecord room_;
  ParticipantId ada_ = ParticipantId::random(random_);
};

class StoreContract : public testing::TestWithParam<StoreUnderTest> {
 protected:
  void TearDown() override {
    if (!user_.is_open()) return;
    EXPECT_EQ(user_.store().times().all().back().latency.count(), 0u)
        << "a query has a name that StoreTimes::kOperations lacks";
  }

  std::unique_ptr<StorePlace> place_ = GetParam().make_place();
  StoreUser user_{*place_};
};

}  // namespace confab::store
