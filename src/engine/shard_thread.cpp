#include "engine/shard_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <utility>

#include "base/check.h"

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

void* run_body(void* argument) {
  const std::unique_ptr<std::function<void()>> body(static_cast<std::function<void()>*>(argument));
  ask_for_short_slices();
  (*body)();
  return nullptr;
}

}  // namespace

// Not std::thread, which throws where there is no thread to be had.
int ShardThread::launch(const std::string& name, std::optional<unsigned> cpu,
                        std::function<void()> body) {
  auto argument = std::make_unique<std::function<void()>>(std::move(body));
  pthread_t thread{};
  const int error = ::pthread_create(&thread, nullptr, run_body, argument.get());
  if (error != 0) return error;
  (void)argument.release();  // the thread's now
  thread_ = thread;
  ::pthread_setname_np(thread, name.substr(0, 15).c_str());
  if (!cpu) return 0;
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(*cpu, &cpus);
  // Refused inside a container with another set of cores: then the scheduler places the thread.
  ::pthread_setaffinity_np(thread, sizeof(cpus), &cpus);
  return 0;
}

ShardThread::ShardThread(const std::string& name, std::optional<unsigned> cpu,
                         std::function<void()> body) {
  CHECK(launch(name, cpu, std::move(body)) == 0);
}

Result<std::unique_ptr<ShardThread>> ShardThread::start(const std::string& name,
                                                        std::optional<unsigned> cpu,
                                                        std::function<void()> body) {
  auto self = std::unique_ptr<ShardThread>(new ShardThread());
  const int error = self->launch(name, cpu, std::move(body));
  if (error == 0) return self;
  return fail(ErrorCode::kUnavailable, "no thread for " + name + ": " + std::strerror(error) +
                                           " (see ulimit -u, or the limit of the container)");
}

ShardThread::~ShardThread() {
  if (thread_) ::pthread_join(*thread_, nullptr);
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
