#include "service/cli/parts/role_process.h"

namespace confab::cli {

Result<std::unique_ptr<JsonLog>> open_log(const Config& config, std::string_view service) {
  return make_json_log(log_options(config, service));
}

}  // namespace confab::cli
