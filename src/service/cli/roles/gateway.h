// `confab gateway`: the one public door. The web app is its own; REST and Socket.IO are signaling
// nodes', which the configuration or Consul names.
#pragma once

#include "platform/config/config.h"
#include "service/cli/parts/lifecycle.h"

namespace confab::cli {

// Serves until SIGINT or SIGTERM: then it is not ready any more, and ends when the last WebSocket
// has gone or Config::drain is over. Returns the process's exit code (run_process).
int gateway(Config config, ConfigSource source);

}  // namespace confab::cli
