#include "platform/store/sqlite_store.h"

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "gtest/gtest.h"
#include "platform/store/sqlite_db.h"
#include "platform/store/store_contract.h"

namespace confab::store {
namespace {

class SqlitePlace final : public StorePlace {
 public:
  SqlitePlace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "confab-store-XXXXXX").string();
    CHECK(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~SqlitePlace() override { std::filesystem::remove_all(folder_); }

  Result<std::unique_ptr<Store>> open(Post post, LogSink& log) override {
    return open_sqlite_store(path(), std::move(post), log);
  }
  void execute(const std::string& sql) override {
    auto other = Database::open(path());
    ASSERT_TRUE(other);
    ASSERT_TRUE(other->execute(sql.c_str()));
  }
  std::string path() const { return (folder_ / "confab.db").string(); }

 private:
  std::filesystem::path folder_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         testing::Values(StoreUnderTest{
                             "Sqlite", [] { return std::make_unique<SqlitePlace>(); }}));

class SqliteStoreTest : public testing::Test {
 protected:
  SqlitePlace place_;
  StoreUser user_{place_};
};

constexpr std::int64_t kDay = 86'400'000;
const Retention kMonths{.chat_days = 30, .room_days = 90, .in_use = {}};

TEST_F(SqliteStoreTest, a_database_of_before_the_clock_was_kept_is_not_purged_by_a_wrong_date) {
  ASSERT_TRUE(user_.create("abc-defg-hij", 1000 * kDay));
  ASSERT_TRUE(user_.say("yesterday", 1000 * kDay));
  ASSERT_EQ(user_.purge(kMonths, 1000 * kDay + 1).rows, 0u);
  user_.close();
  place_.execute("DELETE FROM retention_clock");

  EXPECT_EQ(user_.purge(kMonths, 1100 * kDay).rows, 0u);
  EXPECT_EQ(user_.load("abc-defg-hij")->chat.size(), 1u);
}

TEST_F(SqliteStoreTest, keeps_what_keys_did_in_the_audit_log_however_much_one_account_does) {
  const auto audit = [&](std::int64_t before) {
    return *user_.wait<std::vector<AuditRecord>>(
        [&](auto answer) { user_.store().access().audit(before, 10, std::move(answer)); });
  };
  ASSERT_TRUE(user_.wait<void>([&](auto answer) {
    user_.store().access().write_audit({0, 5, "cli", "", "key.create", "key:A", "ok"},
                                       std::move(answer));
  }));
  user_.close();
  place_.execute(
      "INSERT INTO audit (at_ms, actor, from_address, action, target, outcome)"
      " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100001)"
      " SELECT 6, 'account:ac_1', '', 'room.act', 'room:rm_1', 'allowed' FROM n");
  ASSERT_EQ(audit(3).size(), 2u);
  ASSERT_TRUE(user_.wait<std::size_t>(
      [&](auto answer) { user_.store().access().tidy(1000, std::move(answer)); }));
  const auto oldest = audit(3);
  ASSERT_EQ(oldest.size(), 1u) << "of theirs the last 100,000";
  EXPECT_EQ(oldest[0].action, "key.create");
}

// As 0.1.0's first databases are: tables of version 1, with a room and a line in them.
TEST_F(SqliteStoreTest, takes_over_a_database_of_the_first_version) {
  place_.execute(R"sql(
    CREATE TABLE rooms (
      id TEXT PRIMARY KEY NOT NULL,
      code TEXT NOT NULL UNIQUE,
      created_at_ms INTEGER NOT NULL,
      used_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX rooms_by_use ON rooms (used_at_ms);
    CREATE TABLE chat (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      room TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
      from_id TEXT NOT NULL,
      from_name TEXT NOT NULL,
      to_id TEXT,
      to_name TEXT NOT NULL,
      text TEXT NOT NULL,
      sent_at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX chat_by_room ON chat (room, seq);
    CREATE INDEX chat_by_time ON chat (sent_at_ms);
    INSERT INTO rooms VALUES ('rm_00000000000000000000000001', 'abc-defg-hij', 1000, 1000);
    INSERT INTO chat (id, room, from_id, from_name, to_name, text, sent_at_ms) VALUES
      ('msg_00000000000000000000000002', 'rm_00000000000000000000000001',
       'pt_00000000000000000000000003', 'Ada', '', 'still here', 2000);
    PRAGMA user_version = 1;
  )sql");
  const auto loaded = user_.load("abc-defg-hij");
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->chat.size(), 1u);
  EXPECT_EQ(loaded->chat[0].text, "still here");
  EXPECT_EQ(loaded->chat[0].from_name, "Ada");
  ASSERT_TRUE(user_.create("klm-nopq-rst"));
  EXPECT_TRUE(user_.check());
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
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  ASSERT_TRUE(user_.check());
  {
    const FullDisk full(std::filesystem::file_size(place_.path() + "-wal"));
    EXPECT_FALSE(user_.check());
    EXPECT_EQ(user_.say("lost?", 1).error().code, ErrorCode::kUnavailable);
  }
  EXPECT_TRUE(user_.check());
  EXPECT_TRUE(user_.say("kept", 2));
  EXPECT_EQ(user_.load("abc-defg-hij")->chat.size(), 1u);
}

TEST_F(SqliteStoreTest, a_mistake_of_ours_is_not_told_as_a_database_that_is_away) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  const auto keys = [&] {
    return user_.wait<std::vector<ApiKeyRecord>>(
        [&](auto answer) { user_.store().access().api_keys(std::move(answer)); });
  };
  ASSERT_TRUE(keys());
  place_.execute("ALTER TABLE api_keys RENAME TO others");
  EXPECT_EQ(keys().error().code, ErrorCode::kInternal);
  place_.execute("ALTER TABLE others RENAME TO api_keys");
  EXPECT_TRUE(keys());
}

TEST(DbError, says_what_passes_what_is_there_already_and_what_is_our_mistake) {
  const auto code = [](int result) { return DbError{result, ""}.for_client(); };
  for (const int passes : {SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_LOCKED, SQLITE_FULL,
                           SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_NOMEM, SQLITE_CANTOPEN,
                           SQLITE_READONLY_DBMOVED, SQLITE_CORRUPT}) {
    EXPECT_EQ(code(passes), ErrorCode::kUnavailable) << passes;
  }
  for (const int there :
       {SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_FOREIGNKEY}) {
    EXPECT_EQ(code(there), ErrorCode::kConflict) << there;
  }
  for (const int ours : {SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE, SQLITE_MISMATCH, SQLITE_TOOBIG,
                         SQLITE_CONSTRAINT_NOTNULL, SQLITE_CONSTRAINT_DATATYPE}) {
    EXPECT_EQ(code(ours), ErrorCode::kInternal) << ours;
  }
}

TEST_F(SqliteStoreTest, the_database_is_for_its_owner_alone) {
  std::ofstream(place_.path()).close();
  ASSERT_EQ(::chmod(place_.path().c_str(), 0644), 0);
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat found{};
    ASSERT_EQ(::stat((place_.path() + suffix).c_str(), &found), 0) << suffix;
    EXPECT_EQ(found.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteStoreTest, refuses_a_file_that_a_newer_one_wrote) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  user_.close();
  ASSERT_TRUE(Database::open(place_.path())->execute("PRAGMA user_version = 99"));
  const auto opened = place_.open(user_.answers().post(), null_log());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
}

TEST_F(SqliteStoreTest, names_a_file_that_is_no_database) {
  std::ofstream(place_.path()) << std::string(4096, 'x');
  const auto opened = place_.open(user_.answers().post(), null_log());
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find(place_.path()), std::string::npos);
}

}  // namespace
}  // namespace confab::store
