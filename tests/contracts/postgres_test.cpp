// PostgreSQL's store against a real server: what every store promises, the tables, and what becomes
// of calls while the server is away or stands still. CONFAB_TEST_POSTGRES is the server's URL
// without a database, as ./run sets it; each test makes a database of its own.
#include <libpq-fe.h>
#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/metrics/exposition.h"
#include "platform/store/postgres/migrations.h"
#include "platform/store/postgres_store.h"
#include "platform/store/store_contract.h"

namespace confab::store {
namespace {

std::string server() {
  const char* url = std::getenv("CONFAB_TEST_POSTGRES");
  return url == nullptr ? "postgresql://nowhere.invalid" : url;
}

// The first column of the first row.
std::string sql(const std::string& database, const std::string& text) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> session(
      PQconnectdb((server() + "/" + database).c_str()), &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(session.get(), text.c_str()),
                                                             &PQclear);
  const auto status = PQresultStatus(result.get());
  EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
      << text << ": " << PQerrorMessage(session.get());
  return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
}

class PostgresPlace final : public StorePlace {
 public:
  PostgresPlace() { sql("postgres", "CREATE DATABASE " + name_); }
  ~PostgresPlace() override { sql("postgres", "DROP DATABASE " + name_ + " WITH (FORCE)"); }

  Result<std::unique_ptr<Store>> open(Post post, LogSink& log) override {
    return open_postgres_store({url()}, std::move(post), log);
  }
  void execute(const std::string& text) override { sql(name_, text); }

  std::string url() const { return server() + "/" + name_; }
  std::string ask(const std::string& text) const { return sql(name_, text); }

  // The server lets nobody in and breaks what is open.
  void go_away() const {
    sql("postgres", "ALTER DATABASE " + name_ + " ALLOW_CONNECTIONS false");
    sql("postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name_ + "'");
  }
  // For the connections there are, and those to come.
  void refuse_writes(bool yes) const {
    sql("postgres",
        "ALTER DATABASE " + name_ + " SET default_transaction_read_only = " + (yes ? "on" : "off"));
    sql("postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name_ + "'");
  }
  // While it is away for the store.
  std::string ask_meanwhile(const std::string& text) const {
    const std::string hidden = name_ + "_hidden";
    sql("postgres", "ALTER DATABASE " + name_ + " RENAME TO " + hidden);
    sql("postgres", "ALTER DATABASE " + hidden + " ALLOW_CONNECTIONS true");
    std::string out = sql(hidden, text);
    sql("postgres", "ALTER DATABASE " + hidden + " ALLOW_CONNECTIONS false");
    sql("postgres", "ALTER DATABASE " + hidden + " RENAME TO " + name_);
    return out;
  }
  // A session that did `text` and keeps its transaction open, until it is let go.
  std::unique_ptr<PGconn, decltype(&PQfinish)> hold(const std::string& text) const {
    std::unique_ptr<PGconn, decltype(&PQfinish)> session(PQconnectdb(url().c_str()), &PQfinish);
    PQclear(PQexec(session.get(), ("BEGIN; " + text).c_str()));
    EXPECT_EQ(PQtransactionStatus(session.get()), PQTRANS_INTRANS);
    return session;
  }
  void come_back() const { sql("postgres", "ALTER DATABASE " + name_ + " ALLOW_CONNECTIONS true"); }
  // Sends a signal to the processes that serve the store's connections.
  void signal_backends(int signal) const {
    std::istringstream pids(sql(
        "postgres",
        "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE datname = '" + name_ + "'"));
    for (pid_t pid = 0; pids >> pid;) EXPECT_EQ(::kill(pid, signal), 0);
  }

 private:
  static inline std::atomic<int> made_ = 0;
  const std::string name_ = "contract_" + std::to_string(++made_);
};

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract,
                         testing::Values(StoreUnderTest{
                             "Postgres", [] { return std::make_unique<PostgresPlace>(); }}));

// ---- the tables ----

TEST(PostgresTables, are_made_once_by_processes_that_start_at_the_same_time) {
  const PostgresPlace place;
  std::vector<std::thread> starting;
  std::atomic<int> succeeded = 0;
  for (int i = 0; i < 6; ++i) {
    starting.emplace_back([&] { succeeded += postgres::migrate(place.url(), 10s) ? 1 : 0; });
  }
  for (std::thread& one : starting) one.join();
  EXPECT_EQ(succeeded, 6);
  EXPECT_EQ(place.ask("SELECT count(*) FROM confab_schema"),
            std::to_string(postgres::kSchemaVersion));
}

TEST(PostgresTables, of_a_newer_confab_are_left_alone) {
  const PostgresPlace place;
  ASSERT_TRUE(postgres::migrate(place.url(), 10s));
  place.ask("INSERT INTO confab_schema (version) VALUES (99)");
  const auto opened = postgres::migrate(place.url(), 10s);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(opened.error().message.find("upgrade confab"), std::string::npos);
}

TEST(PostgresTables, of_every_release_are_taken_over_with_what_is_in_them) {
  int releases = 0;
  for (const auto& file : std::filesystem::directory_iterator(CONFAB_RELEASED_DATABASES)) {
    SCOPED_TRACE(file.path());
    ++releases;
    PostgresPlace place;
    std::ifstream in(file.path());
    place.execute({std::istreambuf_iterator<char>(in), {}});
    StoreUser user{place};
    const auto loaded = user.load("abc-defg-hij");
    ASSERT_TRUE(loaded);
    ASSERT_EQ(loaded->chat.size(), 2u);
    EXPECT_EQ(loaded->chat[0].text, "still here");
    EXPECT_EQ(loaded->chat[1].to_name, "Ben");
    ASSERT_EQ(loaded->tokens.size(), 1u);
    EXPECT_EQ(loaded->tokens[0].generation, 4u);
    EXPECT_TRUE(user.create("klm-nopq-rst"));
    EXPECT_TRUE(user.say("and it goes on", 4000));
    EXPECT_TRUE(user.check());
    EXPECT_EQ(place.ask("SELECT max(version) FROM confab_schema"),
              std::to_string(postgres::kSchemaVersion));
  }
  EXPECT_GE(releases, 1);
}

TEST(PostgresTables, a_step_that_fails_leaves_nothing_behind) {
  const PostgresPlace place;
  place.ask("CREATE TABLE write_check (x integer)");  // the last that the first step makes
  EXPECT_FALSE(postgres::migrate(place.url(), 10s));
  EXPECT_EQ(place.ask("SELECT count(*) FROM confab_schema"), "0");
  EXPECT_EQ(place.ask("SELECT count(*) FROM pg_tables WHERE tablename = 'rooms'"), "0");
  place.ask("DROP TABLE write_check");
  EXPECT_TRUE(postgres::migrate(place.url(), 10s));
}

TEST(PostgresStore, a_server_that_is_not_there_is_named_at_the_start) {
  MemoryLog log;
  Answers answers;
  const auto opened = open_postgres_store({"postgresql://127.0.0.1:1/x"}, answers.post(), log);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(opened.error().message.find("database.url"), std::string::npos)
      << opened.error().message;
}

// ---- away ----

class AwayTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(user_.create("abc-defg-hij"));
    ASSERT_TRUE(user_.say("before", 1000));
  }
  // Until every connection is; how long that took.
  Duration wait_until_back() {
    const Instant begun = monotonic_now();
    while (!user_.find("abc-defg-hij") || !user_.check()) {
      if (monotonic_now() - begun > 10s) break;
      std::this_thread::sleep_for(20ms);
    }
    return monotonic_now() - begun;
  }

  // In seconds, of all of an operation.
  double waited(std::string_view operation) {
    for (const OperationTimes& each : user_.store().times().all()) {
      if (each.operation != operation) continue;
      metrics::Exposition out;
      each.latency.expose("waited", "", {}, out);
      const std::string text = out.text();
      return std::stod(text.substr(text.find("waited_sum ") + 11));
    }
    return -1;
  }

  PostgresPlace place_;
  StoreUser user_{place_};
};

TEST_F(AwayTest, rooms_are_refused_within_a_second_and_are_there_again_when_it_is_back) {
  place_.go_away();
  const Instant begun = monotonic_now();
  const auto found = user_.find("abc-defg-hij");
  EXPECT_LT(monotonic_now() - begun, 1s);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(user_.check());
  EXPECT_FALSE(user_.try_load("abc-defg-hij"));
  EXPECT_NE(user_.log().text().find("database_away"), std::string::npos);

  place_.come_back();
  EXPECT_LT(wait_until_back(), 3s);
  EXPECT_TRUE(user_.check());
  EXPECT_NE(user_.log().text().find("database_back"), std::string::npos);
}

TEST_F(AwayTest, what_is_said_meanwhile_is_heard_at_once_and_written_in_order_when_it_is_back) {
  place_.go_away();
  EXPECT_FALSE(user_.find("abc-defg-hij"));
  int written = 0;
  for (int i = 0; i < 20; ++i) {
    user_.store().append_chat(user_.line(std::to_string(i), 2000),
                              [&](const Result<void>& saved) { written += saved ? 1 : -100; });
  }
  while (written >= 0 && written < 20) user_.answers().run_one();
  EXPECT_EQ(written, 20) << "the database is still away";
  EXPECT_EQ(place_.ask_meanwhile("SELECT count(*) FROM chat"), "1") << "nor is it in there yet";
  place_.come_back();
  EXPECT_LT(wait_until_back(), 5s);
  const auto loaded = user_.load("abc-defg-hij");
  ASSERT_EQ(loaded->chat.size(), 21u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(loaded->chat[i + 1].text, std::to_string(i));
}

TEST_F(AwayTest, who_says_more_than_there_is_room_for_is_told) {
  place_.go_away();
  EXPECT_FALSE(user_.find("abc-defg-hij"));
  int refused = 0;
  for (int i = 0; i < 1005; ++i) {
    user_.store().append_chat(user_.line("x", 2000),
                              [&](const Result<void>& saved) { refused += saved ? 0 : 1; });
  }
  while (refused < 5) user_.answers().run_one();
  EXPECT_EQ(refused, 5);
  place_.come_back();
  EXPECT_LT(wait_until_back(), 5s);
  EXPECT_EQ(place_.ask("SELECT count(*) FROM chat"), "1001");
}

TEST_F(AwayTest, a_line_that_was_heard_and_can_not_be_written_afterwards_is_counted) {
  place_.go_away();
  EXPECT_FALSE(user_.find("abc-defg-hij"));
  EXPECT_TRUE(user_.say("into the void", 2000));
  place_.ask_meanwhile("DELETE FROM rooms");
  place_.come_back();
  wait_until_back();
  EXPECT_EQ(user_.store().counts().chat_lost, 1u);
  EXPECT_EQ(user_.store().counts().chat_waiting, 0u);
  EXPECT_NE(user_.log().text().find("chat_lost"), std::string::npos);
}

TEST_F(AwayTest, what_a_server_can_not_write_now_is_kept_until_it_can) {
  // As a standby that has not been made the primary yet: it takes connections and reads.
  place_.refuse_writes(true);
  int heard = 0;
  for (int i = 0; i < 20; ++i) {
    user_.store().append_chat(user_.line(std::to_string(i), 2000),
                              [&](const Result<void>& saved) { heard += saved ? 1 : -100; });
  }
  while (heard >= 0 && heard < 20) user_.answers().run_one();
  EXPECT_EQ(heard, 20);
  EXPECT_FALSE(user_.check());
  place_.refuse_writes(false);
  EXPECT_LT(wait_until_back(), 3s);
  EXPECT_EQ(user_.load("abc-defg-hij")->chat.size(), 21u);
  EXPECT_EQ(user_.store().counts().chat_lost, 0u);
}

TEST_F(AwayTest, a_server_that_is_slow_with_a_long_pipeline_is_not_given_up) {
  // Three milliseconds a line, as a disk may take: longer in all than one answer is waited for.
  place_.ask(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
      " 'BEGIN PERFORM pg_sleep(0.003); RETURN NEW; END';"
      " CREATE TRIGGER slow BEFORE INSERT ON chat FOR EACH ROW EXECUTE FUNCTION slow()");
  int written = 0;
  for (int i = 0; i < 500; ++i) {
    user_.store().append_chat(user_.line("x", 2000),
                              [&](const Result<void>& saved) { written += saved ? 1 : -1000; });
  }
  while (written >= 0 && written < 500) user_.answers().run_one();
  EXPECT_EQ(written, 500);
  EXPECT_EQ(user_.log().text().find("database_away"), std::string::npos) << user_.log().text();
}

// ---- the pool ----

TEST_F(AwayTest, rooms_do_not_wait_for_upkeep) {
  // As long as somebody holds the table, a check waits.
  const auto holder = place_.hold("LOCK TABLE write_check IN ACCESS EXCLUSIVE MODE");
  std::atomic<int> checked = 0;
  user_.store().check([&](const Result<void>&) { ++checked; });
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(user_.find("abc-defg-hij"));
  EXPECT_EQ(checked, 0);
}

TEST(PostgresPool, asks_about_one_room_in_order_and_about_several_side_by_side) {
  const PostgresPlace place;
  MemoryLog log;
  Answers answers;
  auto store = std::move(*open_postgres_store({place.url(), 8}, answers.post(), log));
  SeededRandom random{5};
  int wrong = 0, done = 0;
  for (int room = 0; room < 40; ++room) {
    const RoomRecord made{RoomId::random(random), "room-" + std::to_string(room), 1000};
    store->create_room(made, [&](const Result<void>& created) { wrong += created ? 0 : 1; });
    for (int line = 0; line < 10; ++line) {
      ChatRecord said;
      said.id = MessageId::random(random);
      said.room = made.id;
      said.room_code = made.code;
      said.text = std::to_string(line);
      store->append_chat(said, [&](const Result<void>& saved) { wrong += saved ? 0 : 1; });
      store->load_room(made.code, 200, 1000, [&, line](const auto& loaded) {
        const bool is_right = loaded && *loaded && (*loaded)->chat.size() == line + 1u &&
                              (*loaded)->chat.back().text == std::to_string(line);
        wrong += is_right ? 0 : 1;
        ++done;
      });
    }
  }
  while (done < 400) answers.run_one();
  EXPECT_EQ(wrong, 0) << log.text();
  EXPECT_EQ(place.ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                      " AND pid <> pg_backend_pid()"),
            "8");
}

TEST_F(AwayTest, a_server_that_stands_still_is_given_up_and_nothing_is_written_twice) {
  place_.signal_backends(SIGSTOP);
  int written = 0;
  user_.store().append_chat(user_.line("still?", 2000),
                            [&](const Result<void>& saved) { written += saved ? 1 : -100; });
  const Instant begun = monotonic_now();
  EXPECT_FALSE(user_.find("abc-defg-hij"));
  EXPECT_LT(monotonic_now() - begun, 2s);
  EXPECT_GE(waited("find_room"), 0.5) << "it hung, and took as long as it was waited for";
  while (written == 0) user_.answers().run_one();
  EXPECT_EQ(written, 1);
  // On another connection the line is written; then the first one wakes up and has it too.
  EXPECT_LT(wait_until_back(), 3s);
  place_.signal_backends(SIGCONT);
  const auto loaded = user_.load("abc-defg-hij");
  ASSERT_EQ(loaded->chat.size(), 2u);
  EXPECT_EQ(loaded->chat[1].text, "still?");
}

}  // namespace
}  // namespace confab::store
