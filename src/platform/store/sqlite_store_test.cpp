#include "platform/store/sqlite_store.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <utility>

#include "base/check.h"
#include "gtest/gtest.h"
#include "platform/store/sqlite_db.h"

namespace confab::store {
namespace {

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
    text += event;
    for (const LogField& field : fields) text += ' ' + field.value;
  }
  std::string text;
};

class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "confab-store-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string path() const { return (folder_ / "confab.db").string(); }
  Store& store() {
    if (!store_) {
      auto opened = open_sqlite_store(path(), answers_.post(), log_);
      EXPECT_TRUE(opened) << opened.error().message;
      store_ = std::move(*opened);
    }
    return *store_;
  }

  // Makes the call and waits for its answer.
  template <typename T, typename Call>
  Result<T> wait(Call call) {
    std::optional<Result<T>> out;
    call([&](Result<T> result) { out = std::move(result); });
    answers_.run_one();
    return std::move(*out);
  }

  Result<void> create(const std::string& code, std::int64_t at_ms = 1000) {
    room_ = RoomRecord{RoomId::random(random_), code, at_ms};
    return wait<void>([&](auto answer) { store().create_room(room_, std::move(answer)); });
  }
  Result<void> say(const std::string& text, std::int64_t at_ms,
                   std::optional<ParticipantId> to = std::nullopt) {
    ChatRecord message{
        MessageId::random(random_), room_.id, ada_, "Ada", to, to ? "Ben" : "", text, at_ms};
    return wait<void>([&](auto answer) { store().append_chat(message, std::move(answer)); });
  }
  std::optional<LoadedRoom> load(const std::string& code, std::size_t chat_max = 200,
                                 std::int64_t now_ms = 5000) {
    auto loaded = wait<std::optional<LoadedRoom>>(
        [&](auto answer) { store().load_room(code, chat_max, now_ms, std::move(answer)); });
    EXPECT_TRUE(loaded);
    return *loaded;
  }
  Purged purge(Retention retention, std::int64_t unix_ms, Duration since_start = 0s) {
    return *wait<Purged>([&](auto answer) {
      store().purge(retention, {unix_ms, Instant{} + since_start}, std::move(answer));
    });
  }
  Result<void> check() {
    return wait<void>([&](auto answer) { store().check(std::move(answer)); });
  }

  std::filesystem::path folder_;
  SeededRandom random_{11};
  Answers answers_;
  MemoryLog log_;
  std::unique_ptr<Store> store_;
  RoomRecord room_;
  ParticipantId ada_ = ParticipantId::random(random_);
};

TEST_F(SqliteStoreTest, keeps_rooms_and_chat_over_a_restart) {
  const ParticipantId ben = ParticipantId::random(random_);
  ASSERT_TRUE(create("abc-defg-hij"));
  ASSERT_TRUE(say("hello '; DROP TABLE chat; --", 2000));
  ASSERT_TRUE(say("psst", 3000, ben));
  store_.reset();

  const auto loaded = load("abc-defg-hij");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->room.id, room_.id);
  ASSERT_EQ(loaded->chat.size(), 2u);
  EXPECT_EQ(loaded->chat[0].text, "hello '; DROP TABLE chat; --");
  EXPECT_EQ(loaded->chat[0].from, ada_);
  EXPECT_FALSE(loaded->chat[0].to);
  EXPECT_EQ(loaded->chat[1].to, ben);
  EXPECT_EQ(loaded->chat[1].to_name, "Ben");
}

TEST_F(SqliteStoreTest, refuses_a_second_room_of_the_same_code) {
  ASSERT_TRUE(create("abc-defg-hij"));
  EXPECT_EQ(create("abc-defg-hij").error().code, ErrorCode::kConflict);
}

TEST_F(SqliteStoreTest, finds_nothing_where_nothing_is) {
  EXPECT_FALSE(load("abc-defg-hij"));
  const auto found = wait<std::optional<RoomRecord>>(
      [&](auto answer) { store().find_room("x", std::move(answer)); });
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST_F(SqliteStoreTest, gives_the_last_lines_oldest_first) {
  ASSERT_TRUE(create("abc-defg-hij"));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(say(std::to_string(i), 2000 + i));
  const auto loaded = load("abc-defg-hij", 2);
  ASSERT_EQ(loaded->chat.size(), 2u);
  EXPECT_EQ(loaded->chat[0].text, "3");
  EXPECT_EQ(loaded->chat[1].text, "4");
}

constexpr std::int64_t kDay = 86'400'000;
constexpr Retention kMonths{.chat_days = 30, .room_days = 90};

TEST_F(SqliteStoreTest, purges_old_chat_and_rooms_that_nobody_used) {
  ASSERT_TRUE(create("klm-nopq-rst", 0));
  ASSERT_TRUE(create("abc-defg-hij", 0));
  ASSERT_TRUE(say("old", 70 * kDay));
  ASSERT_TRUE(say("new", 95 * kDay));
  ASSERT_TRUE(load("abc-defg-hij", 200, 95 * kDay));  // which is a use

  EXPECT_EQ(purge({}, 101 * kDay).rows, 0u);
  EXPECT_EQ(purge(kMonths, 101 * kDay).rows, 2u);

  EXPECT_FALSE(load("klm-nopq-rst"));
  const auto left = load("abc-defg-hij");
  ASSERT_TRUE(left);
  ASSERT_EQ(left->chat.size(), 1u);
  EXPECT_EQ(left->chat[0].text, "new");
}

TEST_F(SqliteStoreTest, keeps_the_last_token_of_each_until_it_expires) {
  ASSERT_TRUE(create("abc-defg-hij"));
  const ParticipantId ben = ParticipantId::random(random_);
  const auto save = [&](const ParticipantId& who, std::uint64_t generation, std::int64_t until_ms) {
    const TokenRecord token{who, room_.id, generation, "once", until_ms};
    return wait<void>([&](auto answer) { store().save_token(token, std::move(answer)); });
  };
  ASSERT_TRUE(save(ada_, 1, 9000));
  ASSERT_TRUE(save(ada_, 2, 9500));
  ASSERT_TRUE(save(ben, 7, 6000));
  store_.reset();
  auto loaded = load("abc-defg-hij", 200, 5000);
  ASSERT_EQ(loaded->tokens.size(), 2u);
  EXPECT_EQ(loaded->tokens[0].participant, ben);
  EXPECT_EQ(loaded->tokens[1].participant, ada_);
  EXPECT_EQ(loaded->tokens[1].generation, 2u);
  EXPECT_EQ(loaded->tokens[1].attempt, "once");
  EXPECT_EQ(load("abc-defg-hij", 200, 6001)->tokens.size(), 1u);
  EXPECT_EQ(purge({}, 9000).rows, 1u);
  EXPECT_EQ(load("abc-defg-hij", 200, 5000)->tokens.size(), 1u);
}

TEST_F(SqliteStoreTest, a_room_that_people_are_in_or_write_in_is_not_old) {
  ASSERT_TRUE(create("abc-defg-hij", 0));
  const RoomId in_use = room_.id;
  ASSERT_TRUE(create("klm-nopq-rst", 0));
  ASSERT_TRUE(say("still here", 99 * kDay));
  Retention retention = kMonths;
  retention.in_use = {in_use};
  EXPECT_EQ(purge(retention, 100 * kDay).rows, 0u);
  EXPECT_TRUE(load("abc-defg-hij"));
  EXPECT_TRUE(load("klm-nopq-rst"));
}

TEST_F(SqliteStoreTest, deletes_in_steps_that_nobody_has_to_wait_for) {
  ASSERT_TRUE(create("abc-defg-hij", 0));
  for (int i = 0; i < 700; ++i) ASSERT_TRUE(say("x", i));
  const Purged first = purge({.room_days = 90}, 101 * kDay);
  EXPECT_TRUE(first.is_more);
  EXPECT_EQ(first.rows, 500u);
  const Purged second = purge({.room_days = 90}, 101 * kDay);
  EXPECT_FALSE(second.is_more);
  EXPECT_EQ(second.rows, 201u);
}

TEST_F(SqliteStoreTest, a_start_with_the_clock_100_days_ahead_deletes_nothing) {
  for (const bool is_upgrade : {false, true}) {
    ASSERT_TRUE(create(is_upgrade ? "klm-nopq-rst" : "abc-defg-hij", 1000 * kDay));
    ASSERT_TRUE(say("yesterday", 1000 * kDay));
    ASSERT_EQ(purge(kMonths, 1000 * kDay + 1).rows, 0u);
    store_.reset();
    // A database of before the clock was kept.
    if (is_upgrade) ASSERT_TRUE(Database::open(path())->execute("DELETE FROM retention_clock"));

    const Purged purged = purge(kMonths, 1100 * kDay);
    EXPECT_EQ(purged.rows, 0u);
    EXPECT_GT(purged.clock_disbelieved, 99 * std::chrono::hours(24));
    EXPECT_EQ(purge(kMonths, 1100 * kDay, 24h).rows, 0u);
    // And when it is right again, all is as before.
    EXPECT_EQ(purge(kMonths, 1002 * kDay, 48h).clock_disbelieved, 0s);
    ASSERT_EQ(load(is_upgrade ? "klm-nopq-rst" : "abc-defg-hij")->chat.size(), 1u);
  }
}

TEST_F(SqliteStoreTest, what_is_made_with_the_clock_in_1970_outlives_that) {
  ASSERT_TRUE(create("abc-defg-hij", 1000 * kDay));
  ASSERT_EQ(purge(kMonths, 1000 * kDay).rows, 0u);
  ASSERT_TRUE(create("klm-nopq-rst", 60'000));
  ASSERT_TRUE(say("is it 1970?", 60'000));
  EXPECT_EQ(purge(kMonths, 1001 * kDay, 24h).rows, 0u);
  EXPECT_EQ(load("klm-nopq-rst")->chat.size(), 1u);
}

// No file may grow beyond what it is: what a full disk does, without one.
class FullDisk {
 public:
  explicit FullDisk(std::uintmax_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    CHECK(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    CHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit before_{};
  void (*old_handler_)(int);
};

TEST_F(SqliteStoreTest, a_full_disk_is_noticed_by_the_check_and_by_who_writes) {
  ASSERT_TRUE(create("abc-defg-hij"));
  ASSERT_TRUE(check());
  {
    const FullDisk full(std::filesystem::file_size(path() + "-wal"));
    EXPECT_FALSE(check());
    EXPECT_EQ(say("lost?", 1).error().code, ErrorCode::kUnavailable);
  }
  EXPECT_TRUE(check());
  EXPECT_TRUE(say("kept", 2));
  EXPECT_EQ(load("abc-defg-hij")->chat.size(), 1u);
}

TEST_F(SqliteStoreTest, the_database_is_for_its_owner_alone) {
  std::ofstream(path()).close();
  ASSERT_EQ(::chmod(path().c_str(), 0644), 0);
  ASSERT_TRUE(create("abc-defg-hij"));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat found{};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &found), 0) << suffix;
    EXPECT_EQ(found.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteStoreTest, keeps_its_own_words_for_the_log) {
  ASSERT_TRUE(create("abc-defg-hij"));
  auto other = Database::open(path());
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->execute("DROP TABLE chat"));
  const auto said = say("lost", 1);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(said.error().message.find("chat"), std::string::npos) << said.error().message;
  EXPECT_NE(log_.text.find("no such table"), std::string::npos) << log_.text;
}

TEST_F(SqliteStoreTest, refuses_a_file_that_a_newer_one_wrote) {
  ASSERT_TRUE(create("abc-defg-hij"));
  store_.reset();
  ASSERT_TRUE(Database::open(path())->execute("PRAGMA user_version = 99"));
  const auto opened = open_sqlite_store(path(), answers_.post(), log_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
}

TEST_F(SqliteStoreTest, names_a_file_that_is_no_database) {
  std::ofstream(path()) << std::string(4096, 'x');
  const auto opened = open_sqlite_store(path(), answers_.post(), log_);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find(path()), std::string::npos);
}

TEST_F(SqliteStoreTest, says_that_it_works) {
  EXPECT_TRUE(check());
}

TEST_F(SqliteStoreTest, finishes_what_was_asked_before_it_goes) {
  ASSERT_TRUE(create("abc-defg-hij"));
  for (int i = 0; i < 100; ++i) {
    store().append_chat({MessageId::random(random_), room_.id, ada_, "Ada", {}, "", "x", i},
                        [](const Result<void>&) {});
  }
  store_.reset();
  for (int i = 0; i < 100; ++i) answers_.run_one();
  EXPECT_EQ(load("abc-defg-hij")->chat.size(), 100u);
}

}  // namespace
}  // namespace confab::store
