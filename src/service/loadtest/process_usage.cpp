#include "service/loadtest/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace confab::loadtest {

std::optional<ProcessUsage> process_usage(std::uint32_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream stat(folder + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return std::nullopt;
  // proc(5): the name, in parentheses, may hold anything; after it come fields 3, 4, ...
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  if (!(fields >> user >> system)) return std::nullopt;

  std::ifstream statm(folder + "/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (!(statm >> total_pages >> resident_pages)) return std::nullopt;
  const Duration tick = Duration(1s) / ::sysconf(_SC_CLK_TCK);
  return ProcessUsage{
      .cpu = (user + system) * tick,
      .resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

ProcessUsage own_usage() {
  return process_usage(static_cast<std::uint32_t>(::getpid())).value_or(ProcessUsage{});
}

}  // namespace confab::loadtest
