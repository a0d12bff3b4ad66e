#include "platform/store/sqlite_retention.h"

#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace confab::store {
namespace {

// Some 10 ms of the store's thread, for which nobody's join waits noticeably.
constexpr std::int64_t kRowsPerStep = 500;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kSeatDays = 31;
constexpr std::int64_t kKeepAll = std::numeric_limits<std::int64_t>::min();

constexpr std::array kSql = {
    "INSERT INTO retention_clock (id, trusted_ms, unix_ms) VALUES (1, ?1, ?2)"
    " ON CONFLICT (id) DO UPDATE SET trusted_ms = ?1, unix_ms = ?2",
    "UPDATE rooms SET used_at_ms = max(used_at_ms, ?2) WHERE id = ?1",
    "DELETE FROM chat WHERE seq IN (SELECT seq FROM chat WHERE sent_at_ms < ?1 LIMIT ?2)",
    // A room was last used when somebody came, or when something was said in it. It goes when its
    // chat has gone, so that a long history is not deleted in one step either.
    "DELETE FROM chat WHERE seq IN (SELECT chat.seq FROM rooms JOIN chat ON chat.room = rooms.id"
    " WHERE rooms.used_at_ms < ?1 AND (SELECT sent_at_ms FROM chat AS last"
    " WHERE last.room = rooms.id ORDER BY last.seq DESC LIMIT 1) < ?1 LIMIT ?2)",
    "DELETE FROM rooms WHERE id IN (SELECT id FROM rooms WHERE used_at_ms < ?1"
    " AND NOT EXISTS (SELECT 1 FROM chat WHERE chat.room = rooms.id) LIMIT ?2)",
    "DELETE FROM tokens WHERE participant IN"
    " (SELECT participant FROM tokens WHERE expires_at_ms < ?1 LIMIT ?2)",
    "DELETE FROM people WHERE (room, subject) IN (SELECT room, subject FROM people"
    " WHERE at_ms < ?1 AND ban = '' AND subject LIKE 'p:%' LIMIT ?2)",
    "DELETE FROM attendance WHERE seq IN"
    " (SELECT seq FROM attendance WHERE joined_at_ms < ?1 LIMIT ?2)",
};

// The clock as it was kept; for a database that is older than that table, its newest record.
DbResult<std::optional<RetentionClock::Kept>> kept_clock(Database& database) {
  auto kept = database.prepare("SELECT trusted_ms, unix_ms FROM retention_clock");
  if (!kept) return std::unexpected(kept.error());
  const auto row = kept->step();
  if (!row) return std::unexpected(row.error());
  if (*row) return RetentionClock::Kept{kept->integer(0), kept->integer(1)};

  auto newest = database.prepare(
      "SELECT max(ifnull((SELECT max(used_at_ms) FROM rooms), 0),"
      " ifnull((SELECT max(sent_at_ms) FROM chat), 0))");
  if (!newest) return std::unexpected(newest.error());
  if (const auto found = newest->step(); !found) return std::unexpected(found.error());
  const std::int64_t at_ms = newest->integer(0);
  if (at_ms == 0) return std::nullopt;
  return RetentionClock::Kept{at_ms, at_ms};
}

}  // namespace

DbResult<SqliteRetention> SqliteRetention::open(Database& database) {
  const auto kept = kept_clock(database);
  if (!kept) return std::unexpected(kept.error());
  std::vector<Statement> made;
  for (const char* sql : kSql) {
    auto statement = database.prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    made.push_back(std::move(*statement));
  }
  return SqliteRetention(
      database,
      {std::move(made[0]), std::move(made[1]), std::move(made[2]), std::move(made[3]),
       std::move(made[4]), std::move(made[5]), std::move(made[6]), std::move(made[7])},
      RetentionClock(*kept));
}

DbResult<Purged> SqliteRetention::purge(const Retention& retention, ClockReading now) {
  clock_.read(now);
  if (auto done = keep_clock(); !done) return std::unexpected(done.error());
  for (const RoomId room : retention.in_use) {
    auto touched =
        sql_.touch_room.bind(1, room.to_string()).bind(2, clock_.counts_from_ms(now.unix_ms)).run();
    if (!touched) return std::unexpected(touched.error());
  }
  Purged purged{.clock_disbelieved = clock_.disbelieved()};
  const std::int64_t at_ms = *clock_.now_ms();
  const auto age = [at_ms](std::uint32_t days) -> std::int64_t {
    return days == 0 ? kKeepAll : at_ms - days * kDayMs;
  };
  for (auto [statement, before_ms] :
       {std::pair{&sql_.old_chat, age(retention.chat_days)},
        std::pair{&sql_.chat_of_old_rooms, age(retention.room_days)},
        std::pair{&sql_.old_attendance, age(retention.attendance_days())},
        std::pair{&sql_.old_rooms, age(retention.room_days)}, std::pair{&sql_.old_tokens, at_ms},
        std::pair{&sql_.old_seats, at_ms - kSeatDays * kDayMs}}) {
    if (before_ms == kKeepAll) continue;
    const auto rows = remove(*statement, before_ms);
    if (!rows) return std::unexpected(rows.error());
    purged.rows += static_cast<std::size_t>(*rows);
    if (*rows == kRowsPerStep) purged.is_more = true;
  }
  return purged;
}

DbResult<void> SqliteRetention::keep_clock() {
  const RetentionClock::Kept kept = *clock_.kept();
  return sql_.keep_clock.bind(1, kept.trusted_ms).bind(2, kept.unix_ms).run();
}

DbResult<std::int64_t> SqliteRetention::remove(Statement& statement, std::int64_t before_ms) {
  if (auto done = statement.bind(1, before_ms).bind(2, kRowsPerStep).run(); !done) {
    return std::unexpected(done.error());
  }
  return database_->changes();
}

}  // namespace confab::store
