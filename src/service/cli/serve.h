// `confab serve`: every role in one process on embedded defaults.
#pragma once

#include <functional>

#include "base/error.h"
#include "platform/config/config.h"

namespace confab::cli {

// Reads the file, the environment and the flags as at the start.
using ConfigSource = std::function<Result<LoadedConfig>()>;

// Serves until SIGINT or SIGTERM; a second of them does not wait for meetings to end
// (Config::drain). SIGHUP asks `source` again, serves a renewed certificate and opens the log file
// anew. Returns the process's exit code: 0 after an orderly stop, 1 when something could not be
// opened (standard error says what, and what to do).
int serve(Config config, ConfigSource source);

}  // namespace confab::cli
