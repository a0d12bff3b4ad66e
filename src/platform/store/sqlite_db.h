// SQLite's C API with owners and without exceptions. One thread. Errors carry SQLite's own words:
// for the log, never for a client.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace confab::store {

struct DbError {
  int code = 0;  // SQLite's extended result code
  std::string message;
  // kConflict: it is there already, or what it belongs to is not. kUnavailable: the disk, the
  // memory or the file can not do it now, and may later. kInternal: a statement of ours is wrong.
  ErrorCode for_client() const;
};
template <typename T>
using DbResult = std::expected<T, DbError>;

// A prepared statement: bind, then step until there is no row, then it can be used again.
class Statement {
 public:
  Statement(Statement&&) = default;
  Statement& operator=(Statement&&) = default;

  // Parameters are numbered from 1 (?1, ?2, ...). Text is copied.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind_null(int index);
  // True: there is a row. Resets by itself at the end and on an error.
  DbResult<bool> step();
  // For statements that give no rows.
  DbResult<void> run();
  // Ends before the last row.
  void reset();

  // Columns of the row, numbered from 0.
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* raw) : raw_(raw) {}
  struct Finalize {
    void operator()(sqlite3_stmt* raw) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> raw_;
};

class Database {
 public:
  static DbResult<Database> open(const std::string& path);

  // One or more statements without parameters.
  DbResult<void> execute(const char* sql);
  DbResult<Statement> prepare(std::string_view sql);
  // Rows changed by the last statement.
  std::int64_t changes() const;

 private:
  explicit Database(sqlite3* raw) : raw_(raw) {}
  DbError last_error() const;
  struct Close {
    void operator()(sqlite3* raw) const;
  };
  std::unique_ptr<sqlite3, Close> raw_;
};

}  // namespace confab::store
