#include "service/cli/parts/log_options.h"

#include <string>

namespace confab::cli {

JsonLogOptions log_options(const Config& config, std::string_view service) {
  std::string file = config.log.file;
  if (!config.log.dir.empty()) {
    file = config.log.dir + '/' + std::string(service) + '-' + std::to_string(config.node) + ".log";
  }
  return {.service = std::string(service),
          .node = config.node,
          .level = config.log.level,
          .show_private = config.log.show_private,
          .to_standard_output = config.log.standard_output,
          .file = std::move(file),
          .rotation = {.bytes_max = config.log.file_bytes_max,
                       .age_max = config.log.file_age_max,
                       .files_max = config.log.files_max,
                       .keep = config.log.keep}};
}

}  // namespace confab::cli
