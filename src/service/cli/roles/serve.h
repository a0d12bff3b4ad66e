// `confab serve`: every role in one process on embedded defaults.
#pragma once

#include "platform/config/config.h"
#include "service/cli/parts/lifecycle.h"

namespace confab::cli {

// Serves until SIGINT or SIGTERM; a second of them does not wait for meetings to end
// (Config::drain). SIGHUP asks `source` again, serves a renewed certificate and opens the log file
// anew. Returns the process's exit code (run_process).
int serve(Config config, ConfigSource source);

}  // namespace confab::cli
