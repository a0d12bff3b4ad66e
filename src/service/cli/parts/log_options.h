// What the configuration means for where a process writes its lines.
#pragma once

#include <string_view>

#include "platform/config/config.h"
#include "platform/log/json_log.h"

namespace confab::cli {

// `service`: in each line, and with the node's number in the name of its file in log.dir.
JsonLogOptions log_options(const Config& config, std::string_view service);

}  // namespace confab::cli
