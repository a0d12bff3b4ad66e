// The tables and how they came to be: one step per version, never changed once released, never
// back.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/instant.h"

namespace confab::store::postgres {

inline constexpr std::int64_t kSchemaVersion = 6;

// Brings the database to `wanted`, each step in a transaction of its own; of several processes that
// start at once, one at a time (an advisory lock). Waits for the server, so at start only: at most
// `patience` for each answer. kUnsupported for a database that a newer confab has written, which is
// left as it is; kUnavailable says what is wrong in the server's words.
Result<void> migrate(const std::string& url, Duration patience,
                     std::int64_t wanted = kSchemaVersion);

}  // namespace confab::store::postgres
