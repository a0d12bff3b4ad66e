#include "platform/store/sqlite_db.h"

#include <sqlite3.h>

namespace confab::store {

ErrorCode DbError::for_client() const {
  switch (code) {
    // Our columns are NOT NULL and our tables STRICT: what does not fit them was bound wrongly.
    case SQLITE_CONSTRAINT_NOTNULL:
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_DATATYPE:
      return ErrorCode::kInternal;
    default:
      break;
  }
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return ErrorCode::kConflict;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kInternal;
  }
}

void Statement::Finalize::operator()(sqlite3_stmt* raw) const {
  sqlite3_finalize(raw);
}
void Database::Close::operator()(sqlite3* raw) const {
  sqlite3_close_v2(raw);
}

// A failed bind (out of memory, or an index that the statement does not have) leaves the parameter
// NULL; our columns are NOT NULL, so the step reports it.
Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(raw_.get(), index, value);
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  // The cast is SQLite's own macro: SQLITE_TRANSIENT.
  sqlite3_bind_text64(raw_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(raw_.get(), index);
  return *this;
}

DbResult<bool> Statement::step() {
  const int code = sqlite3_step(raw_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  sqlite3* db = sqlite3_db_handle(raw_.get());
  DbError error{sqlite3_extended_errcode(db), sqlite3_errmsg(db)};
  reset();
  return std::unexpected(std::move(error));
}

DbResult<void> Statement::run() {
  const auto stepped = step();
  if (!stepped) return std::unexpected(stepped.error());
  if (*stepped) reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(raw_.get());
  sqlite3_clear_bindings(raw_.get());
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(raw_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(raw_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw_.get(), column));
  return data ? std::string(data, size) : std::string();
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(raw_.get(), column) == SQLITE_NULL;
}

DbResult<Database> Database::open(const std::string& path) {
  sqlite3* raw = nullptr;
  // One thread uses it, so SQLite's own mutexes are only cost.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) return std::unexpected(database.last_error());
  return database;
}

DbResult<void> Database::execute(const char* sql) {
  if (sqlite3_exec(raw_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return std::unexpected(last_error());
}

DbResult<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(raw_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return std::unexpected(last_error());
  return Statement(raw);
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(raw_.get());
}

DbError Database::last_error() const {
  if (!raw_) return {SQLITE_NOMEM, "out of memory"};
  return {sqlite3_extended_errcode(raw_.get()), sqlite3_errmsg(raw_.get())};
}

}  // namespace confab::store
