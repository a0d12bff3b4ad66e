// `confab logs`: what all services logged, to look at in a browser.
#pragma once

#include "platform/config/config.h"
#include "service/cli/parts/lifecycle.h"

namespace confab::cli {

// Serves until SIGINT or SIGTERM. Returns the process's exit code (run_process).
int logs(Config config, ConfigSource source);

}  // namespace confab::cli
