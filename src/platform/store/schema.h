// The tables and how they came to be: one step per version, never changed once released.
#pragma once

#include "platform/store/sqlite_db.h"

namespace confab::store {

inline constexpr std::int64_t kSchemaVersion = 8;

// Brings the file to kSchemaVersion, each step in a transaction of its own. Returns the version
// found; one above kSchemaVersion is left untouched and is for the caller to refuse.
DbResult<std::int64_t> migrate(Database& database);

}  // namespace confab::store
