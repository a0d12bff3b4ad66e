// `confab media`: the shards of one machine, for signaling nodes that command them over gRPC.
#pragma once

#include "platform/config/config.h"
#include "service/cli/parts/lifecycle.h"

namespace confab::cli {

// Until SIGINT or SIGTERM: it takes no new meetings then, lets those that are here go on for
// Config::drain, and has the rest taken elsewhere before it ends.
int media(Config config, ConfigSource source);

}  // namespace confab::cli
