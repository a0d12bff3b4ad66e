#include "service/cli/data_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace confab::cli {

Result<void> prepare_data_dir(const std::string& path) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(ErrorCode::kUnavailable,
                path + ": " + std::strerror(errno) + " (choose another folder with --data)");
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return fail(ErrorCode::kUnavailable, path + ": " + std::strerror(errno) +
                                             " (it must belong to the user that runs confab)");
  }
  return {};
}

}  // namespace confab::cli
