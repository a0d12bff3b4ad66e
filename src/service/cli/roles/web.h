// `confab web`: the web app's files alone, for where a gateway does not serve them.
#pragma once

#include "platform/config/config.h"
#include "service/cli/parts/lifecycle.h"

namespace confab::cli {

// Serves until SIGINT or SIGTERM. Returns the process's exit code (run_process).
int web(Config config, ConfigSource source);

}  // namespace confab::cli
