#include "platform/store/postgres_store.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "platform/clock/clock.h"
#include "platform/store/postgres/chat_queue.h"
#include "platform/store/postgres/connection.h"
#include "platform/store/postgres/migrations.h"
#include "platform/store/postgres/pool.h"
#include "platform/store/postgres/retention.h"
#include "platform/store/sql_access.h"
#include "platform/store/sql_accounts.h"
#include "platform/store/sql_asker.h"
#include "platform/store/sql_rooms.h"

namespace confab::store {
namespace {

using postgres::ChatQueue;
using postgres::Connection;
using postgres::Pool;
using postgres::Query;
using postgres::Rows;

// For the server to answer when the process starts, and for what was asked last when it ends.
constexpr Duration kPatienceAtStart = 10s;
constexpr Duration kPatienceAtEnd = 2s;

constexpr const char* kCreateRoom =
    "INSERT INTO rooms (id, code, created_at_ms, used_at_ms, title, has_lobby, is_locked,"
    " password_hash, may_unmute, may_share, may_chat, host_key_hash, owner)"
    " VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
constexpr const char* kFindRoom =
    "SELECT id, code, created_at_ms, title, has_lobby, is_locked, password_hash, may_unmute,"
    " may_share, may_chat, host_key_hash, owner FROM rooms WHERE code = $1";
constexpr const char* kSaveSettings =
    "UPDATE rooms SET title = $2, has_lobby = $3, is_locked = $4, password_hash = $5,"
    " may_unmute = $6, may_share = $7, may_chat = $8 WHERE code = $1";
constexpr const char* kDeleteRoom = "DELETE FROM rooms WHERE code = $1";
constexpr const char* kLoadPeople =
    "SELECT people.room, people.subject, people.role, people.is_out, people.ban, people.name,"
    " people.at_ms FROM people JOIN rooms ON rooms.id = people.room WHERE rooms.code = $1"
    " ORDER BY people.ban = '', people.at_ms DESC LIMIT $2::bigint";
constexpr const char* kSavePerson =
    "INSERT INTO people (room, subject, role, is_out, ban, name, at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (room, subject) DO UPDATE SET"
    " role = excluded.role, is_out = excluded.is_out, ban = excluded.ban, name = excluded.name,"
    " at_ms = excluded.at_ms";
constexpr const char* kDropBan =
    "DELETE FROM people WHERE ban = $2 AND room = (SELECT id FROM rooms WHERE code = $1)";
// One query for both, so that they are of one moment.
constexpr const char* kLoadRoom =
    "WITH room AS (UPDATE rooms SET used_at_ms = greatest(used_at_ms, $2::bigint)"
    " WHERE code = $1 RETURNING id, code, created_at_ms, title, has_lobby, is_locked,"
    " password_hash, may_unmute, may_share, may_chat, host_key_hash, owner)"
    " SELECT room.*, line.id, line.from_id, line.from_name,"
    " line.to_id, line.to_name, line.text, line.sent_at_ms FROM room LEFT JOIN LATERAL"
    " (SELECT * FROM chat WHERE chat.room = room.id ORDER BY seq DESC LIMIT $3::bigint) AS line"
    " ON true ORDER BY line.seq";
constexpr const char* kLoadTokens =
    "SELECT tokens.participant, tokens.room, tokens.generation, tokens.attempt,"
    " tokens.expires_at_ms FROM tokens JOIN rooms ON rooms.id = tokens.room"
    " WHERE rooms.code = $1 AND tokens.expires_at_ms > $2::bigint"
    " ORDER BY tokens.expires_at_ms DESC LIMIT $3::bigint";
constexpr const char* kSaveToken =
    "INSERT INTO tokens (participant, room, generation, attempt, expires_at_ms)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (participant) DO UPDATE SET room = excluded.room,"
    " generation = excluded.generation, attempt = excluded.attempt,"
    " expires_at_ms = excluded.expires_at_ms";
// Sent again after the connection broke, when nobody knows whether it was written.
constexpr const char* kAppendChat =
    "INSERT INTO chat (id, room, from_id, from_name, to_id, to_name, text, sent_at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
// As much as a chat line of the longest kind takes.
constexpr const char* kCheck =
    "INSERT INTO write_check (id, filler) VALUES (1, decode(repeat('00', 8192), 'hex'))"
    " ON CONFLICT (id) DO UPDATE SET filler = excluded.filler";

std::unexpected<Error> unavailable() {
  return fail(ErrorCode::kUnavailable, "the database is not available; try again");
}

// What is not the client's doing is all the same to it; the connection has logged why. Our own
// mistakes are not: to try again helps nobody.
std::unexpected<Error> for_client(const Error& error) {
  const bool is_ours = error.code == ErrorCode::kInternal;
  if (error.code == ErrorCode::kConflict || is_ours) return std::unexpected(error);
  return unavailable();
}

// As the first columns of a query that finds a room.
RoomRecord room_of(const Rows& rows) {
  RoomRecord out{RoomId::parse(rows.text(0, 0)).value_or(RoomId{}), rows.text(0, 1),
                 rows.integer(0, 2)};
  out.settings = {rows.text(0, 3),        rows.integer(0, 4) != 0, rows.integer(0, 5) != 0,
                  rows.text(0, 6),        rows.integer(0, 7) != 0, rows.integer(0, 8) != 0,
                  rows.integer(0, 9) != 0};
  out.host_key_hash = rows.text(0, 10);
  out.owner = rows.text(0, 11);
  return out;
}
// In kLoadRoom the line stands behind it.
constexpr int kLine = 12;

std::string number(bool value) {
  return value ? "1" : "0";
}

ChatRecord line_of(const Rows& rows, std::size_t row, RoomId room) {
  ChatRecord out;
  out.id = MessageId::parse(rows.text(row, kLine)).value_or(MessageId{});
  out.room = room;
  out.from = ParticipantId::parse(rows.text(row, kLine + 1)).value_or(ParticipantId{});
  out.from_name = rows.text(row, kLine + 2);
  if (!rows.is_null(row, kLine + 3)) out.to = ParticipantId::parse(rows.text(row, kLine + 3));
  out.to_name = rows.text(row, kLine + 4);
  out.text = rows.text(row, kLine + 5);
  out.sent_at_ms = rows.integer(row, kLine + 6);
  return out;
}

std::optional<LoadedRoom> loaded_room_of(const Rows& rows) {
  if (rows.size() == 0) return std::nullopt;
  LoadedRoom out{room_of(rows), {}, {}, {}};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!rows.is_null(row, kLine)) out.chat.push_back(line_of(rows, row, out.room.id));
  }
  return out;
}

std::vector<TokenRecord> tokens_of(const Rows& rows) {
  std::vector<TokenRecord> out;
  for (std::size_t row = rows.size(); row > 0; --row) {
    out.push_back({ParticipantId::parse(rows.text(row - 1, 0)).value_or(ParticipantId{}),
                   RoomId::parse(rows.text(row - 1, 1)).value_or(RoomId{}),
                   static_cast<std::uint64_t>(rows.integer(row - 1, 2)),
                   rows.text(row - 1, 3),
                   rows.integer(row - 1, 4),
                   {}});
  }
  return out;
}

std::vector<PersonRecord> people_of(const Rows& rows) {
  std::vector<PersonRecord> out;
  for (std::size_t row = rows.size(); row > 0; --row) {
    std::optional<std::int64_t> role;
    if (!rows.is_null(row - 1, 2)) role = rows.integer(row - 1, 2);
    out.push_back({RoomId::parse(rows.text(row - 1, 0)).value_or(RoomId{}),
                   rows.text(row - 1, 1),
                   role,
                   rows.integer(row - 1, 3) != 0,
                   rows.text(row - 1, 4),
                   rows.text(row - 1, 5),
                   rows.integer(row - 1, 6),
                   {}});
  }
  return out;
}

SqlRows all_of(const Rows& rows, int columns) {
  SqlRows out(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (int column = 0; column < columns; ++column) out[row].push_back(rows.text(row, column));
  }
  return out;
}

class PostgresStore final : public Store {
 public:
  PostgresStore(const PostgresOptions& options, Post post, LogSink& log)
      : post_(std::move(post)),
        log_(log),
        pool_({.url = options.url, .times = &times_}, options.connections, log,
              [this](Pool::Lane lane) { write_waiting(lane); }),
        retention_(pool_.upkeep()),
        polled_(1 + pool_.size()) {
    CHECK(wake_fd_ >= 0);
    thread_ = std::thread([this] { work(); });
  }

  ~PostgresStore() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    wake();
    thread_.join();
    ::close(wake_fd_);
  }

  void create_room(RoomRecord room, Answer<void> answer) override {
    enqueue([this, room = std::move(room), answer = std::move(answer)]() mutable {
      const std::string created = std::to_string(retention_.counts_from_ms(room.created_at_ms));
      Connection& connection = pool_.of_room(room.code);
      run(connection,
          {"create_room",
           kCreateRoom,
           {room.id.to_string(), std::move(room.code), created, std::move(room.settings.title),
            number(room.settings.has_lobby), number(room.settings.is_locked),
            std::move(room.settings.password_hash), number(room.settings.may_unmute),
            number(room.settings.may_share), number(room.settings.may_chat),
            std::move(room.host_key_hash), std::move(room.owner)}},
          std::move(answer));
    });
  }

  void save_settings(std::string code, RoomSettingsRecord settings, Answer<void> answer) override {
    enqueue([this, code = std::move(code), settings = std::move(settings),
             answer = std::move(answer)]() mutable {
      Connection& connection = pool_.of_room(code);
      run(connection,
          {"save_settings",
           kSaveSettings,
           {std::move(code), std::move(settings.title), number(settings.has_lobby),
            number(settings.is_locked), std::move(settings.password_hash),
            number(settings.may_unmute), number(settings.may_share), number(settings.may_chat)}},
          std::move(answer));
    });
  }

  void delete_room(std::string code, Answer<bool> answer) override {
    enqueue([this, code = std::move(code), answer = std::move(answer)]() mutable {
      Connection& connection = pool_.of_room(code);
      run(connection, {"delete_room", kDeleteRoom, {std::move(code)}}, std::move(answer),
          [](const Rows& rows) { return rows.changed() > 0; });
    });
  }

  void save_person(PersonRecord person, Answer<void> answer) override {
    enqueue([this, person = std::move(person), answer = std::move(answer)]() mutable {
      std::optional<std::string> role;
      if (person.role) role = std::to_string(*person.role);
      run(pool_.of_room(person.room_code),
          {"save_person",
           kSavePerson,
           {person.room.to_string(), std::move(person.subject), std::move(role),
            number(person.is_out), std::move(person.ban), std::move(person.name),
            std::to_string(retention_.counts_from_ms(person.at_ms))}},
          std::move(answer));
    });
  }

  void drop_ban(std::string code, std::string ban, Answer<void> answer) override {
    enqueue([this, code = std::move(code), ban = std::move(ban),
             answer = std::move(answer)]() mutable {
      Connection& connection = pool_.of_room(code);
      run(connection, {"drop_ban", kDropBan, {std::move(code), std::move(ban)}}, std::move(answer));
    });
  }

  void find_room(std::string code, Answer<std::optional<RoomRecord>> answer) override {
    enqueue([this, code = std::move(code), answer = std::move(answer)]() mutable {
      Connection& connection = pool_.of_room(code);
      run(connection, {"find_room", kFindRoom, {std::move(code)}}, std::move(answer),
          [](const Rows& rows) {
            return rows.size() == 0 ? std::nullopt : std::optional(room_of(rows));
          });
    });
  }

  void load_room(std::string code, std::size_t chat_max, std::int64_t now_ms,
                 Answer<std::optional<LoadedRoom>> answer) override {
    enqueue([this, code = std::move(code), chat_max, now_ms, answer = std::move(answer)]() mutable {
      // Shared by the three queries, which are answered in this order.
      auto room = std::make_shared<Result<std::optional<LoadedRoom>>>();
      Connection& connection = pool_.of_room(code);
      connection.run(
          {"load_room",
           kLoadRoom,
           {code, std::to_string(retention_.counts_from_ms(now_ms)), std::to_string(chat_max)}},
          [room](const Result<Rows>& rows) {
            if (rows) {
              *room = loaded_room_of(*rows);
            } else {
              *room = for_client(rows.error());
            }
          });
      connection.run({"load_tokens",
                      kLoadTokens,
                      {code, std::to_string(now_ms), std::to_string(kTokensLoaded)}},
                     [room](const Result<Rows>& rows) {
                       if (!rows) *room = for_client(rows.error());
                       if (*room && **room) (**room)->tokens = tokens_of(*rows);
                     });
      connection.run({"load_people", kLoadPeople, {std::move(code), std::to_string(kPeopleLoaded)}},
                     [this, room, answer = std::move(answer)](const Result<Rows>& rows) mutable {
                       if (!rows) *room = for_client(rows.error());
                       if (*room && **room) (**room)->people = people_of(*rows);
                       hand_over(std::move(answer), std::move(*room));
                     });
    });
  }

  void save_token(TokenRecord token, Answer<void> answer) override {
    enqueue([this, token = std::move(token), answer = std::move(answer)]() mutable {
      run(pool_.of_room(token.room_code),
          {"save_token",
           kSaveToken,
           {token.participant.to_string(), token.room.to_string(), std::to_string(token.generation),
            std::move(token.attempt), std::to_string(token.expires_at_ms)}},
          std::move(answer));
    });
  }

  void append_chat(ChatRecord message, Answer<void> answer) override {
    enqueue([this, message = std::move(message), answer = std::move(answer)]() mutable {
      message.sent_at_ms = retention_.counts_from_ms(message.sent_at_ms);
      ChatQueue::Line line{std::move(message), std::move(answer)};
      const auto number = chat_.add(line);
      if (!number) return hand_over<void>(std::move(line.answer), unavailable());
      if (pool_.of_room(chat_.line(*number).record.room_code).is_ready()) {
        write(*number);
      } else {
        hand_over<void>(chat_.accept(*number), {});
      }
    });
  }

  void purge(Retention retention, ClockReading now, Answer<Purged> answer) override {
    enqueue([this, retention = std::move(retention), now, answer = std::move(answer)] mutable {
      retention_.purge(std::move(retention), now,
                       [this, answer = std::move(answer)](Result<Purged> purged) mutable {
                         hand_over(std::move(answer), std::move(purged));
                       });
    });
  }

  void check(Answer<void> answer) override {
    enqueue([this, answer = std::move(answer)]() mutable {
      run(pool_.upkeep(), {"check", kCheck, {}}, std::move(answer));
    });
  }

  StoreCounts counts() const override { return {chat_waiting_.load(), chat_lost_.load()}; }
  const StoreTimes& times() const override { return times_; }

  AccessStore& access() override { return access_; }
  RoomArchive& archive() override { return rooms_; }
  AccountStore& accounts() override { return accounts_; }

 private:
  using Job = std::move_only_function<void()>;

  // ---- any thread ----

  void enqueue(Job job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    wake();
  }

  void wake() const { (void)::eventfd_write(wake_fd_, 1); }

  // ---- the store's thread ----

  void work() {
    std::optional<Instant> end;
    while (true) {
      const Instant now = monotonic_now();
      pool_.turn(now, connections_polled());
      // Who asks at once after the start is not refused for it.
      if (!pool_.is_opening() && carry_out_jobs() && !end) end = now + kPatienceAtEnd;
      chat_waiting_ = chat_.accepted();
      const bool is_done = pool_.is_idle() && chat_.lines().empty();
      if (end && (is_done || now >= *end)) return give_up_chat();
      wait(end ? std::min(pool_.next_timeout(), *end) : pool_.next_timeout());
    }
  }

  void give_up_chat() {
    while (!chat_.lines().empty()) end_line(chat_.lines().begin()->first, unavailable());
  }

  // True when there will be no more.
  bool carry_out_jobs() {
    std::deque<Job> jobs;
    bool is_last = false;
    {
      const std::lock_guard lock(mutex_);
      jobs = std::exchange(jobs_, {});
      is_last = is_stopping_;
    }
    for (Job& job : jobs) job();
    return is_last;
  }

  void wait(Instant until) {
    polled_.front() = {wake_fd_, POLLIN, 0};
    pool_.ask(connections_polled());
    int timeout_ms = -1;
    if (until != kNever) {
      const Duration left = std::max(until - monotonic_now(), Duration::zero());
      // Rounded up: what is due must be due when it returns.
      timeout_ms = static_cast<int>(std::min<std::int64_t>(to_ms(left) + 1, 60'000));
      if (left == Duration::zero()) timeout_ms = 0;
    }
    if (::poll(polled_.data(), polled_.size(), timeout_ms) <= 0) {
      for (pollfd& each : polled_) each.revents = 0;
      return;
    }
    if (polled_.front().revents != 0) {
      eventfd_t ignored = 0;
      (void)::eventfd_read(wake_fd_, &ignored);
    }
  }

  std::span<pollfd> connections_polled() { return std::span(polled_).subspan(1); }

  template <typename T>
  void hand_over(Answer<T> answer, Result<T> result) {
    post_([answer = std::move(answer), result = std::move(result)]() mutable {
      answer(std::move(result));
    });
  }

  template <typename T, typename Read>
  void run(Connection& connection, Query query, Answer<T> answer, Read read) {
    connection.run(std::move(query),
                   [this, answer = std::move(answer), read](Result<Rows> rows) mutable {
                     if (!rows) return hand_over<T>(std::move(answer), for_client(rows.error()));
                     hand_over<T>(std::move(answer), read(*rows));
                   });
  }

  // For who only wants to know that it was done.
  void run(Connection& connection, Query query, Answer<void> answer) {
    connection.run(std::move(query),
                   [this, answer = std::move(answer)](const Result<Rows>& rows) mutable {
                     Result<void> done;
                     if (!rows) done = for_client(rows.error());
                     hand_over<void>(std::move(answer), std::move(done));
                   });
  }

  // ---- chat ----

  // What was said while the server was away, and what was on its way when it went.
  void write_waiting(Pool::Lane lane) {
    for (const auto& [number, line] : chat_.lines()) {
      if (pool_.lane_of(line.record.room_code) == lane) write(number);
    }
  }

  void write(ChatQueue::Number number) {
    const ChatRecord& line = chat_.line(number).record;
    std::optional<std::string> to;
    if (line.to) to = line.to->to_string();
    pool_.of_room(line.room_code)
        .run({"append_chat",
              kAppendChat,
              {line.id.to_string(), line.room.to_string(), line.from.to_string(), line.from_name,
               std::move(to), line.to_name, line.text, std::to_string(line.sent_at_ms)}},
             [this, number](const Result<Rows>& written) { on_written(number, written); });
  }

  void on_written(ChatQueue::Number number, const Result<Rows>& written) {
    if (written) return end_line(number, {});
    if (written.error().code != ErrorCode::kUnavailable) {
      return end_line(number, for_client(written.error()));
    }
    // It is written when the server is back.
    if (!chat_.is_accepted(number)) hand_over<void>(chat_.accept(number), {});
  }

  // Written, or never. Who was told already that it is heard can not be told otherwise.
  void end_line(ChatQueue::Number number, Result<void> result) {
    const bool was_accepted = chat_.is_accepted(number);
    ChatQueue::Line line = chat_.take(number);
    if (!was_accepted) return hand_over<void>(std::move(line.answer), std::move(result));
    if (result) return;
    ++chat_lost_;
    log_.write(LogLevel::kError, "chat_lost",
               {{"message", line.record.id.to_string()}, {"room", line.record.room.to_string()}});
  }

  void ask(SqlQuery query, Answer<SqlRows> answer) {
    enqueue([this, query = std::move(query), answer = std::move(answer)]() mutable {
      const int columns = query.columns;
      run(query.room.empty() ? pool_.upkeep() : pool_.of_room(query.room),
          {query.name,
           query.sql,
           {std::make_move_iterator(query.parameters.begin()),
            std::make_move_iterator(query.parameters.end())}},
          std::move(answer), [columns](const Rows& rows) { return all_of(rows, columns); });
    });
  }

  SqlAccess access_{
      [this](SqlQuery query, Answer<SqlRows> answer) { ask(std::move(query), std::move(answer)); }};
  SqlRooms rooms_{
      [this](SqlQuery query, Answer<SqlRows> answer) { ask(std::move(query), std::move(answer)); }};
  SqlAccounts accounts_{
      [this](SqlQuery query, Answer<SqlRows> answer) { ask(std::move(query), std::move(answer)); }};
  Post post_;
  LogSink& log_;
  const int wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::mutex mutex_;
  std::deque<Job> jobs_;
  bool is_stopping_ = false;

  StoreTimes times_;
  ChatQueue chat_;
  Pool pool_;
  postgres::PostgresRetention retention_;
  std::vector<pollfd> polled_;  // the wake-up, then the pool's
  std::atomic<std::uint64_t> chat_waiting_ = 0;
  std::atomic<std::uint64_t> chat_lost_ = 0;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres_store(const PostgresOptions& options, Post post,
                                                   LogSink& log) {
  if (auto migrated = postgres::migrate(options.url, kPatienceAtStart); !migrated) {
    return std::unexpected(migrated.error());
  }
  return std::make_unique<PostgresStore>(options, std::move(post), log);
}

}  // namespace confab::store
