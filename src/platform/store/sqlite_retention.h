// What is deleted from the database because of its age, a little at a time. The store's thread.
#pragma once

#include "platform/store/retention_clock.h"
#include "platform/store/sqlite_db.h"
#include "platform/store/store.h"

namespace confab::store {

class SqliteRetention {
 public:
  // `database` outlives it. Reads the clock that an earlier process kept.
  static DbResult<SqliteRetention> open(Database& database);

  DbResult<Purged> purge(const Retention& retention, ClockReading now);
  const RetentionClock& clock() const { return clock_; }

 private:
  struct Statements {
    Statement keep_clock;
    Statement touch_room;
    Statement old_chat;
    Statement chat_of_old_rooms;
    Statement old_rooms;
    Statement old_tokens;
    Statement old_seats;
    Statement old_attendance;
  };
  SqliteRetention(Database& database, Statements statements, RetentionClock clock)
      : database_(&database), sql_(std::move(statements)), clock_(clock) {}

  DbResult<void> keep_clock();
  // Rows that went; as many as its limit: there may be more.
  DbResult<std::int64_t> remove(Statement& statement, std::int64_t before_ms);

  Database* database_;
  Statements sql_;
  RetentionClock clock_;
};

}  // namespace confab::store
