#include "service/cli/parts/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "engine/descriptors.h"
#include "platform/clock/clock.h"
#include "platform/version/version.h"

namespace confab::cli {
namespace {

constexpr Duration kLookEvery = 500ms;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// proc(5): the second number of statm is what is resident, in pages. 0 where it cannot be read.
double resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  long pages = 0;
  if (std::fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
  std::fclose(file);
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// 0 where no descriptor is left to count them with.
double open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = 0;
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  constexpr double kDotsAndItsOwn = 3;
  return std::max(0.0, count - kDotsAndItsOwn);
}

}  // namespace

ProcessMetrics::ProcessMetrics(http::EventLoop& loop, Role role)
    : role_(role), started_unix_ms_(wall_unix_ms()), timer_(loop) {
  due_ = monotonic_now() + kLookEvery;
  timer_.set(due_, [this] { look(); });
}

void ProcessMetrics::look() {
  const Instant now = monotonic_now();
  const double lag = std::max(0.0, to_seconds(now - due_));
  const auto bucket = std::ranges::lower_bound(kLagBounds, lag) - kLagBounds.begin();
  ++lags_[static_cast<std::size_t>(bucket)];
  lag_sum_ += lag;
  due_ = now + kLookEvery;
  timer_.set(due_, [this] { look(); });
}

void ProcessMetrics::expose(metrics::Exposition& out) const {
  out.gauge("build_info", "1; its labels say which build runs, and as what.",
            {{"build", build_id()}, {"role", role_name(role_)}}, 1);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  out.seconds("process_cpu", "Processor time that was used, by mode.", {{"mode", "user"}},
              seconds_of(used.ru_utime));
  out.seconds("process_cpu", "Processor time that was used, by mode.", {{"mode", "system"}},
              seconds_of(used.ru_stime));
  out.gauge("process_resident_memory_bytes", "Memory that is resident.", {}, resident_bytes());
  out.gauge("process_open_fds", "Descriptors that are open.", {}, open_descriptors());
  out.gauge("process_max_fds", "Descriptors that it may have open.", {},
            static_cast<double>(engine::descriptor_limit()));
  out.gauge("process_start_time_seconds", "When it began, in seconds since 1970.", {},
            static_cast<double>(started_unix_ms_) / 1e3);
  out.histogram("loop_lag_seconds",
                "How late the loop that answers requests came to a timer, twice a second.", {},
                kLagBounds, lags_, lag_sum_);
}

}  // namespace confab::cli
