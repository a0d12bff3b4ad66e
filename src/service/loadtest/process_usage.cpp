#include "service/loadtest/process_usage.h"

#include <unistd.h>

#include <ctime>
#include <fstream>
#include <string>

namespace confab::loadtest {

std::optional<ProcessUsage> process_usage(std::uint32_t pid) {
  // To the nanosecond, where /proc/<pid>/stat counts hundredths of a second: small meetings use no
  // more than a few of those.
  clockid_t clock{};
  timespec cpu{};
  if (::clock_getcpuclockid(static_cast<pid_t>(pid), &clock) != 0) return std::nullopt;
  if (::clock_gettime(clock, &cpu) != 0) return std::nullopt;

  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (!(statm >> total_pages >> resident_pages)) return std::nullopt;
  return ProcessUsage{
      .cpu = std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec),
      .resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

ProcessUsage own_usage() {
  return process_usage(static_cast<std::uint32_t>(::getpid())).value_or(ProcessUsage{});
}

}  // namespace confab::loadtest
