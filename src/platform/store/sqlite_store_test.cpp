#include "platform/store/sqlite_store.h"

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <utility>

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
  std::size_t purge(Retention retention) {
    return *wait<std::size_t>([&](auto answer) { store().purge(retention, std::move(answer)); });
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

TEST_F(SqliteStoreTest, purges_old_chat_and_rooms_that_nobody_used) {
  ASSERT_TRUE(create("abc-defg-hij", 1000));
  ASSERT_TRUE(say("old", 2000));
  ASSERT_TRUE(say("new", 9000));
  ASSERT_TRUE(create("klm-nopq-rst", 1000));
  ASSERT_TRUE(load("abc-defg-hij", 200, 9000));  // which is a use

  EXPECT_EQ(purge({}), 0u);
  EXPECT_EQ(purge({.chat_before_ms = 5000, .rooms_unused_before_ms = 5000}), 2u);

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
  EXPECT_EQ(purge({.tokens_expired_before_ms = 9000}), 1u);
  EXPECT_EQ(load("abc-defg-hij", 200, 5000)->tokens.size(), 1u);
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
  EXPECT_TRUE(wait<void>([&](auto answer) { store().check(std::move(answer)); }));
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
