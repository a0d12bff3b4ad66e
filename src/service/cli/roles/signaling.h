// `confab signaling`: meetings behind Socket.IO, and rooms over HTTP, with media on other machines.
#pragma once

#include "platform/config/config.h"
#include "service/cli/parts/lifecycle.h"

namespace confab::cli {

int signaling(Config config, ConfigSource source);

}  // namespace confab::cli
