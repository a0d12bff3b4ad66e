// `confab serve`: every role in one process on embedded defaults.
#pragma once

#include "platform/config/config.h"

namespace confab::cli {

// Serves until SIGINT or SIGTERM. Returns the process's exit code: 0 after an orderly stop, 1 when
// something could not be opened (standard error says what, and what to do).
int serve(const Config& config);

}  // namespace confab::cli
