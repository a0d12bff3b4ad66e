#include "platform/store/sqlite_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/store/schema.h"
#include "platform/store/sql_access.h"
#include "platform/store/sql_accounts.h"
#include "platform/store/sql_asker.h"
#include "platform/store/sql_rooms.h"
#include "platform/store/sqlite_db.h"
#include "platform/store/sqlite_retention.h"

namespace confab::store {
namespace {

// WAL: readers of a backup do not block us. NORMAL: a power cut may lose the last chat lines, never
// the file. The busy timeout covers an operator's sqlite3 shell.
constexpr const char* kPragmas =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
    "PRAGMA busy_timeout = 2000; PRAGMA trusted_schema = OFF;";

struct Statements {
  Statement create_room;
  Statement find_room;
  Statement touch_room;
  Statement recent_chat;
  Statement append_chat;
  Statement recent_tokens;
  Statement save_token;
  Statement check;
  Statement save_settings;
  Statement delete_room;
  Statement people;
  Statement save_person;
  Statement drop_ban;
};

Statement& bind_settings(Statement& to, int first, const RoomSettingsRecord& settings) {
  return to.bind(first, settings.title)
      .bind(first + 1, std::int64_t{settings.has_lobby})
      .bind(first + 2, std::int64_t{settings.is_locked})
      .bind(first + 3, settings.password_hash)
      .bind(first + 4, std::int64_t{settings.may_unmute})
      .bind(first + 5, std::int64_t{settings.may_share})
      .bind(first + 6, std::int64_t{settings.may_chat});
}

// As find_room selects it.
RoomRecord room_row(const Statement& row) {
  RoomRecord out{RoomId::parse(row.text(0)).value_or(RoomId{}), row.text(1), row.integer(2)};
  out.settings = {row.text(3),         row.integer(4) != 0, row.integer(5) != 0, row.text(6),
                  row.integer(7) != 0, row.integer(8) != 0, row.integer(9) != 0};
  out.host_key_hash = row.text(10);
  out.owner = row.text(11);
  return out;
}

DbResult<Statements> prepare_all(Database& db) {
  constexpr std::array kSql = {
      "INSERT INTO rooms (id, code, created_at_ms, used_at_ms, title, has_lobby, is_locked,"
      " password_hash, may_unmute, may_share, may_chat, host_key_hash, owner)"
      " VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
      "SELECT id, code, created_at_ms, title, has_lobby, is_locked, password_hash, may_unmute,"
      " may_share, may_chat, host_key_hash, owner FROM rooms WHERE code = ?1",
      "UPDATE rooms SET used_at_ms = max(used_at_ms, ?2) WHERE id = ?1",
      "SELECT id, from_id, from_name, to_id, to_name, text, sent_at_ms FROM chat"
      " WHERE room = ?1 ORDER BY seq DESC LIMIT ?2",
      "INSERT INTO chat (id, room, from_id, from_name, to_id, to_name, text, sent_at_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      "SELECT participant, generation, attempt, expires_at_ms FROM tokens"
      " WHERE room = ?1 AND expires_at_ms > ?2 ORDER BY expires_at_ms DESC LIMIT ?3",
      "INSERT OR REPLACE INTO tokens (participant, room, generation, attempt, expires_at_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5)",
      // Seven pages, as many as a line of 2000 emoji with its indexes. Random, because SQLite does
      // not write a page that would stay as it is.
      "INSERT INTO write_check (id, filler) VALUES (1, randomblob(24576))"
      " ON CONFLICT (id) DO UPDATE SET filler = excluded.filler",
      "UPDATE rooms SET title = ?2, has_lobby = ?3, is_locked = ?4, password_hash = ?5,"
      " may_unmute = ?6, may_share = ?7, may_chat = ?8 WHERE code = ?1",
      "DELETE FROM rooms WHERE code = ?1",
      "SELECT subject, role, is_out, ban, name, at_ms FROM people WHERE room = ?1"
      " ORDER BY ban = '', at_ms DESC LIMIT ?2",
      "INSERT OR REPLACE INTO people (room, subject, role, is_out, ban, name, at_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      "DELETE FROM people WHERE ban = ?2 AND room = (SELECT id FROM rooms WHERE code = ?1)",
  };
  std::vector<Statement> made;
  for (const char* sql : kSql) {
    auto statement = db.prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    made.push_back(std::move(*statement));
  }
  return Statements{std::move(made[0]), std::move(made[1]),  std::move(made[2]),
                    std::move(made[3]), std::move(made[4]),  std::move(made[5]),
                    std::move(made[6]), std::move(made[7]),  std::move(made[8]),
                    std::move(made[9]), std::move(made[10]), std::move(made[11]),
                    std::move(made[12])};
}

DbResult<std::optional<RoomRecord>> find_room_in(Statements& sql, const std::string& code) {
  const auto row = sql.find_room.bind(1, code).step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::nullopt;
  RoomRecord room = room_row(sql.find_room);
  sql.find_room.reset();
  return room;
}

ChatRecord chat_row(const Statement& row, RoomId room) {
  ChatRecord out;
  out.id = MessageId::parse(row.text(0)).value_or(MessageId{});
  out.room = room;
  out.from = ParticipantId::parse(row.text(1)).value_or(ParticipantId{});
  out.from_name = row.text(2);
  if (!row.is_null(3)) out.to = ParticipantId::parse(row.text(3));
  out.to_name = row.text(4);
  out.text = row.text(5);
  out.sent_at_ms = row.integer(6);
  return out;
}

DbResult<std::vector<ChatRecord>> recent_chat_in(Statements& sql, RoomId room, std::size_t max) {
  sql.recent_chat.bind(1, room.to_string()).bind(2, static_cast<std::int64_t>(max));
  std::vector<ChatRecord> out;
  while (true) {
    const auto row = sql.recent_chat.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) break;
    out.push_back(chat_row(sql.recent_chat, room));
  }
  std::ranges::reverse(out);
  return out;
}

DbResult<std::vector<TokenRecord>> recent_tokens_in(Statements& sql, RoomId room,
                                                    std::int64_t now_ms) {
  Statement& query = sql.recent_tokens.bind(1, room.to_string())
                         .bind(2, now_ms)
                         .bind(3, static_cast<std::int64_t>(kTokensLoaded));
  std::vector<TokenRecord> out;
  while (true) {
    const auto row = query.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) break;
    out.push_back({ParticipantId::parse(query.text(0)).value_or(ParticipantId{}),
                   room,
                   static_cast<std::uint64_t>(query.integer(1)),
                   query.text(2),
                   query.integer(3),
                   {}});
  }
  std::ranges::reverse(out);
  return out;
}

DbResult<std::vector<PersonRecord>> people_in(Statements& sql, RoomId room) {
  Statement& query =
      sql.people.bind(1, room.to_string()).bind(2, static_cast<std::int64_t>(kPeopleLoaded));
  std::vector<PersonRecord> out;
  while (true) {
    const auto row = query.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) break;
    std::optional<std::int64_t> role;
    if (!query.is_null(1)) role = query.integer(1);
    out.push_back({room,
                   query.text(0),
                   role,
                   query.integer(2) != 0,
                   query.text(3),
                   query.text(4),
                   query.integer(5),
                   {}});
  }
  std::ranges::reverse(out);
  return out;
}

DbResult<void> save_person_in(Statements& sql, const PersonRecord& person) {
  sql.save_person.bind(1, person.room.to_string())
      .bind(2, person.subject)
      .bind(4, std::int64_t{person.is_out})
      .bind(5, person.ban)
      .bind(6, person.name)
      .bind(7, person.at_ms);
  if (person.role) sql.save_person.bind(3, *person.role);
  return sql.save_person.run();
}

DbResult<std::optional<LoadedRoom>> load_room_in(Statements& sql, const std::string& code,
                                                 std::size_t chat_max, std::int64_t now_ms,
                                                 std::int64_t used_at_ms) {
  auto room = find_room_in(sql, code);
  if (!room) return std::unexpected(room.error());
  if (!*room) return std::nullopt;
  auto touched = sql.touch_room.bind(1, (*room)->id.to_string()).bind(2, used_at_ms).run();
  if (!touched) return std::unexpected(touched.error());
  auto chat = recent_chat_in(sql, (*room)->id, chat_max);
  if (!chat) return std::unexpected(chat.error());
  auto tokens = recent_tokens_in(sql, (*room)->id, now_ms);
  if (!tokens) return std::unexpected(tokens.error());
  auto people = people_in(sql, (*room)->id);
  if (!people) return std::unexpected(people.error());
  return LoadedRoom{std::move(**room), std::move(*chat), std::move(*tokens), std::move(*people)};
}

DbResult<void> save_token_in(Statements& sql, const TokenRecord& token) {
  return sql.save_token.bind(1, token.participant.to_string())
      .bind(2, token.room.to_string())
      .bind(3, static_cast<std::int64_t>(token.generation))
      .bind(4, token.attempt)
      .bind(5, token.expires_at_ms)
      .run();
}

DbResult<void> append_chat_in(Statements& sql, const ChatRecord& message) {
  sql.append_chat.bind(1, message.id.to_string())
      .bind(2, message.room.to_string())
      .bind(3, message.from.to_string())
      .bind(4, message.from_name)
      .bind(6, message.to_name)
      .bind(7, message.text)
      .bind(8, message.sent_at_ms);
  if (message.to) sql.append_chat.bind(5, message.to->to_string());
  return sql.append_chat.run();
}

// SQLite counts its parameters with question marks.
std::string with_question_marks(std::string_view sql) {
  std::string out(sql);
  std::ranges::replace(out, '$', '?');
  return out;
}

// Asked so rarely that it is prepared each time. Numbers come as text: the columns' affinity makes
// them numbers again.
DbResult<SqlRows> rows_in(Database& db, const SqlQuery& query) {
  auto statement = db.prepare(with_question_marks(query.sql));
  if (!statement) return std::unexpected(statement.error());
  int index = 0;
  for (const std::string& parameter : query.parameters) statement->bind(++index, parameter);
  SqlRows out;
  while (true) {
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return out;
    std::vector<std::string>& fields = out.emplace_back();
    for (int column = 0; column < query.columns; ++column) {
      fields.push_back(statement->text(column));
    }
  }
}

class SqliteStore final : public Store {
 public:
  // `db` is what `sql` and `retention` were made with.
  SqliteStore(std::unique_ptr<Database> db, Statements sql, SqliteRetention retention, Post post,
              LogSink& log)
      : db_(std::move(db)),
        sql_(std::move(sql)),
        retention_(std::move(retention)),
        post_(std::move(post)),
        log_(log) {
    thread_ = std::thread([this] { work(); });
  }

  ~SqliteStore() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void create_room(RoomRecord room, Answer<void> answer) override {
    enqueue("create_room", std::move(answer), [this, room = std::move(room)] {
      sql_.create_room.bind(1, room.id.to_string())
          .bind(2, room.code)
          .bind(3, counts_from_ms(room.created_at_ms))
          .bind(11, room.host_key_hash)
          .bind(12, room.owner);
      return bind_settings(sql_.create_room, 4, room.settings).run();
    });
  }

  void save_settings(std::string code, RoomSettingsRecord settings, Answer<void> answer) override {
    enqueue("save_settings", std::move(answer),
            [this, code = std::move(code), settings = std::move(settings)] {
              sql_.save_settings.bind(1, code);
              return bind_settings(sql_.save_settings, 2, settings).run();
            });
  }

  void delete_room(std::string code, Answer<bool> answer) override {
    enqueue("delete_room", std::move(answer), [this, code = std::move(code)]() -> DbResult<bool> {
      if (auto done = sql_.delete_room.bind(1, code).run(); !done) {
        return std::unexpected(done.error());
      }
      return db_->changes() > 0;
    });
  }

  void save_person(PersonRecord person, Answer<void> answer) override {
    enqueue("save_person", std::move(answer), [this, person = std::move(person)]() mutable {
      person.at_ms = counts_from_ms(person.at_ms);
      return save_person_in(sql_, person);
    });
  }

  void drop_ban(std::string code, std::string ban, Answer<void> answer) override {
    enqueue("drop_ban", std::move(answer), [this, code = std::move(code), ban = std::move(ban)] {
      return sql_.drop_ban.bind(1, code).bind(2, ban).run();
    });
  }

  void find_room(std::string code, Answer<std::optional<RoomRecord>> answer) override {
    enqueue("find_room", std::move(answer),
            [this, code = std::move(code)] { return find_room_in(sql_, code); });
  }

  void load_room(std::string code, std::size_t chat_max, std::int64_t now_ms,
                 Answer<std::optional<LoadedRoom>> answer) override {
    enqueue("load_room", std::move(answer), [this, code = std::move(code), chat_max, now_ms] {
      return load_room_in(sql_, code, chat_max, now_ms, counts_from_ms(now_ms));
    });
  }

  void append_chat(ChatRecord message, Answer<void> answer) override {
    enqueue("append_chat", std::move(answer), [this, message = std::move(message)]() mutable {
      message.sent_at_ms = counts_from_ms(message.sent_at_ms);
      return append_chat_in(sql_, message);
    });
  }

  void save_token(TokenRecord token, Answer<void> answer) override {
    enqueue("save_token", std::move(answer),
            [this, token = std::move(token)] { return save_token_in(sql_, token); });
  }

  void purge(Retention retention, ClockReading now, Answer<Purged> answer) override {
    enqueue("purge", std::move(answer), [this, retention = std::move(retention), now] {
      return retention_.purge(retention, now);
    });
  }

  void check(Answer<void> answer) override {
    enqueue("check", std::move(answer), [this] { return sql_.check.run(); });
  }

  StoreCounts counts() const override { return {}; }
  const StoreTimes& times() const override { return times_; }

  AccessStore& access() override { return access_; }
  RoomArchive& archive() override { return rooms_; }
  AccountStore& accounts() override { return accounts_; }

 private:
  using Job = std::move_only_function<void()>;

  std::int64_t counts_from_ms(std::int64_t at_ms) const {
    return retention_.clock().counts_from_ms(at_ms);
  }

  template <typename T, typename Work>
  void enqueue(std::string_view what, Answer<T> answer, Work work) {
    Job job = [this, what, answer = std::move(answer), work = std::move(work),
               asked_at = monotonic_now()]() mutable {
      Result<T> result = for_client<T>(what, work());
      times_.add(what, result ? std::nullopt : std::optional(result.error().code),
                 monotonic_now() - asked_at);
      post_([answer = std::move(answer), result = std::move(result)]() mutable {
        answer(std::move(result));
      });
    };
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
  }

  // SQLite's words stay here.
  template <typename T>
  Result<T> for_client(std::string_view what, DbResult<T> result) {
    if (result) {
      if constexpr (std::is_void_v<T>) {
        return {};
      } else {
        return std::move(*result);
      }
    }
    const ErrorCode code = result.error().for_client();
    if (code == ErrorCode::kConflict) return fail(code, "exists already");
    log_.write(LogLevel::kError, "store_failed",
               {{"what", what}, {"code", result.error().code}, {"reason", result.error().message}});
    const bool is_ours = code == ErrorCode::kInternal;
    return fail(code, is_ours ? "the database refused the query"
                              : "the database is not available; try again");
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  void ask(SqlQuery query, Answer<SqlRows> answer) {
    const std::string_view name = query.name;
    enqueue(name, std::move(answer),
            [this, query = std::move(query)] { return rows_in(*db_, query); });
  }

  SqlAccess access_{
      [this](SqlQuery query, Answer<SqlRows> answer) { ask(std::move(query), std::move(answer)); }};
  SqlRooms rooms_{
      [this](SqlQuery query, Answer<SqlRows> answer) { ask(std::move(query), std::move(answer)); }};
  SqlAccounts accounts_{
      [this](SqlQuery query, Answer<SqlRows> answer) { ask(std::move(query), std::move(answer)); }};
  std::unique_ptr<Database> db_;
  Statements sql_;
  SqliteRetention retention_;
  Post post_;
  LogSink& log_;
  StoreTimes times_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool is_stopping_ = false;
  std::thread thread_;
};

std::unexpected<Error> open_error(const std::string& path, const DbError& error) {
  return fail(
      ErrorCode::kUnavailable,
      path + ": " + error.message +
          " (is the folder writable, the disk full, or the file not a database of confab?)");
}

// SQLite gives its -wal and -shm the mode that the database has.
Result<void> keep_to_owner(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool is_kept = fd >= 0 && ::fchmod(fd, 0600) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (is_kept) return {};
  return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(error) +
                                           " (it must belong to the user that runs confab)");
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path, Post post, LogSink& log) {
  if (auto kept = keep_to_owner(path); !kept) return std::unexpected(kept.error());
  auto opened = Database::open(path);
  if (!opened) return open_error(path, opened.error());
  auto db = std::make_unique<Database>(std::move(*opened));
  if (auto set = db->execute(kPragmas); !set) return open_error(path, set.error());
  const auto version = migrate(*db);
  if (!version) return open_error(path, version.error());
  if (*version > kSchemaVersion) {
    return fail(ErrorCode::kUnsupported, path + ": written by a newer confab (schema " +
                                             std::to_string(*version) + ", this one knows " +
                                             std::to_string(kSchemaVersion) + "); upgrade confab");
  }
  auto statements = prepare_all(*db);
  if (!statements) return open_error(path, statements.error());
  auto retention = SqliteRetention::open(*db);
  if (!retention) return open_error(path, retention.error());
  return std::make_unique<SqliteStore>(std::move(db), std::move(*statements), std::move(*retention),
                                       std::move(post), log);
}

}  // namespace confab::store
