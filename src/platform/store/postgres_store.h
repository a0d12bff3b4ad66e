// Store in PostgreSQL: several processes may share the database. While it is away rooms can not be
// looked up or made, and what is said waits, so that calls and chat go on.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "platform/store/store.h"

namespace confab::store {

struct PostgresOptions {
  // What libpq takes: "postgresql://user:password@host/name".
  std::string url;
  // One for upkeep, the others for rooms; 1 or more.
  std::size_t connections = 3;
};

// Brings the tables up to date first, for which it waits for the server. kUnavailable says that it
// can not be reached, kUnsupported that a newer confab has written the database.
Result<std::unique_ptr<Store>> open_postgres_store(const PostgresOptions& options, Post post,
                                                   LogSink& log);

// Whether the server lets us in. Nothing is written; it waits for three seconds at the most.
Result<void> try_postgres(const std::string& url);

}  // namespace confab::store
