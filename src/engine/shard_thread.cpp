#include "engine/shard_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace confab::engine {
namespace {

// sched_setattr(2), which glibc has since 2.41 only.
struct SchedAttr {
  std::uint32_t size = sizeof(SchedAttr);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;  // of SCHED_OTHER: the slice
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

// The calling thread's turns are short, and for that it has them at once: since Linux 6.12 who asks
// for a shorter slice preempts whoever has a longer one when it wakes, and need not wait for the
// end of a slice of 3 ms. An older kernel ignores it. A thread of another policy (chrt) keeps it.
void ask_for_short_slices() {
  constexpr std::uint64_t kSliceNs = 100'000;  // the least that there is
  if (::sched_getscheduler(0) != SCHED_OTHER) return;
  const SchedAttr wanted{.nice = ::getpriority(PRIO_PROCESS, 0), .runtime_ns = kSliceNs};
  ::syscall(SYS_sched_setattr, 0, &wanted, 0);
}

}  // namespace

ShardThread::ShardThread(const std::string& name, std::optional<unsigned> cpu,
                         std::function<void()> body)
    : thread_([body = std::move(body)] {
        ask_for_short_slices();
        body();
      }) {
  ::pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
  if (!cpu) return;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(*cpu, &cpus);
  // Refused inside a container with another set of cores: then the scheduler places the thread.
  ::pthread_setaffinity_np(thread_.native_handle(), sizeof(cpus), &cpus);
}

ShardThread::~ShardThread() {
  thread_.join();
}

void let_shards_go_first() {
  const int policy = ::sched_getscheduler(0);
  if (policy == SCHED_FIFO || policy == SCHED_RR) {
    // Of equals nobody goes first there: who runs, runs on.
    sched_param priority{};
    ::sched_getparam(0, &priority);
    --priority.sched_priority;
    if (priority.sched_priority >= ::sched_get_priority_min(policy)) {
      ::sched_setscheduler(0, policy, &priority);
    }
    return;
  }
  // Ten steps of a quarter each (sched(7)). On Linux the value is the thread's, not the process's.
  constexpr int kNice = 10;
  const int now = ::getpriority(PRIO_PROCESS, 0);
  if (now < kNice) ::setpriority(PRIO_PROCESS, 0, kNice);
}

unsigned usable_cores() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (::sched_getaffinity(0, sizeof(cpus), &cpus) != 0) return 1;
  return static_cast<unsigned>(CPU_COUNT(&cpus));
}

}  // namespace confab::engine
