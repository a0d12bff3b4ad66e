// The folder that holds what must outlive a restart.
#pragma once

#include <string>

#include "base/error.h"

namespace confab::cli {

// Makes it (mode 0700) if it is missing, and makes sure that it can be written to.
Result<void> prepare_data_dir(const std::string& path);

}  // namespace confab::cli
