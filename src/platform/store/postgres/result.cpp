#include "platform/store/postgres/result.h"

#include <libpq-fe.h>

#include <charconv>
#include <string_view>

namespace confab::store::postgres {
namespace {

std::int64_t to_integer(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

void Rows::Clear::operator()(pg_result* raw) const {
  PQclear(raw);
}

bool Rows::is_success() const {
  const ExecStatusType status = PQresultStatus(raw_.get());
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

std::string Rows::field(int code) const {
  const char* text = PQresultErrorField(raw_.get(), code);
  return text == nullptr ? "" : text;
}

std::string Rows::sql_state() const {
  return field(PG_DIAG_SQLSTATE);
}

std::string Rows::message() const {
  return field(PG_DIAG_MESSAGE_PRIMARY);
}

std::size_t Rows::size() const {
  return static_cast<std::size_t>(PQntuples(raw_.get()));
}

std::size_t Rows::changed() const {
  return static_cast<std::size_t>(to_integer(PQcmdTuples(raw_.get())));
}

std::int64_t Rows::integer(std::size_t row, int column) const {
  return to_integer(PQgetvalue(raw_.get(), static_cast<int>(row), column));
}

std::string Rows::text(std::size_t row, int column) const {
  const auto length = PQgetlength(raw_.get(), static_cast<int>(row), column);
  return {PQgetvalue(raw_.get(), static_cast<int>(row), column), static_cast<std::size_t>(length)};
}

bool Rows::is_null(std::size_t row, int column) const {
  return PQgetisnull(raw_.get(), static_cast<int>(row), column) != 0;
}

}  // namespace confab::store::postgres
