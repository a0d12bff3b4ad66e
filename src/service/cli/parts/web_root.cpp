#include "service/cli/parts/web_root.h"

#include <filesystem>

namespace confab::cli {

std::string find_web_root(const std::string& configured) {
  if (!configured.empty()) return configured;
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  for (const char* place : {"../share/confab/web", "../../ui/out"}) {
    const auto candidate = (folder / place).lexically_normal();
    if (std::filesystem::exists(candidate / "index.html", error)) return candidate.string();
  }
  return {};
}

}  // namespace confab::cli
