// The sentences for whoever started the process, beside the log.
#pragma once

#include <string_view>

namespace confab::cli {

// On standard error, which may be a pipe that nobody reads.
void say(std::string_view text);

}  // namespace confab::cli
