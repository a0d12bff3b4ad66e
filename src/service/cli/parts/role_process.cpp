#include "service/cli/parts/role_process.h"

namespace confab::cli {

Result<std::unique_ptr<JsonLog>> open_log(const Config& config, std::string_view service) {
  return make_json_log({.service = std::string(service),
                        .level = config.log.level,
                        .show_private = config.log.show_private,
                        .file = config.log.file});
}

}  // namespace confab::cli
