#include <libpq-fe.h>

#include <memory>

#include "platform/store/postgres_store.h"

namespace confab::store {
namespace {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

}  // namespace

Result<void> try_postgres(const std::string& url) {
  const char* const names[] = {"dbname", "connect_timeout", nullptr};
  const char* const values[] = {url.c_str(), "3", nullptr};
  constexpr int kExpandUrl = 1;
  const std::unique_ptr<PGconn, Finish> connection(PQconnectdbParams(names, values, kExpandUrl));
  if (connection != nullptr && PQstatus(connection.get()) == CONNECTION_OK) return {};
  std::string why = connection == nullptr ? "no memory" : PQerrorMessage(connection.get());
  while (why.ends_with('\n')) why.pop_back();
  return fail(ErrorCode::kUnavailable, "PostgreSQL: " + why);
}

}  // namespace confab::store
