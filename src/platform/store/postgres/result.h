// What PostgreSQL answered a query. Plain look-ups over libpq's result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

struct pg_result;

namespace confab::store::postgres {

class Rows {
 public:
  // Takes it over.
  explicit Rows(pg_result* raw) : raw_(raw) {}

  bool is_success() const;
  // Of a failure: the code ("23505") and the sentence, without the detail, in which the row stands.
  std::string sql_state() const;
  std::string message() const;

  std::size_t size() const;
  // Rows that an INSERT, UPDATE or DELETE changed.
  std::size_t changed() const;
  // Rows and columns are numbered from 0.
  std::int64_t integer(std::size_t row, int column) const;
  std::string text(std::size_t row, int column) const;
  bool is_null(std::size_t row, int column) const;

 private:
  std::string field(int code) const;

  struct Clear {
    void operator()(pg_result* raw) const;
  };
  std::unique_ptr<pg_result, Clear> raw_;
};

}  // namespace confab::store::postgres
