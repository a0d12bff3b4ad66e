#include "engine/shard_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

namespace confab::engine {

ShardThread::ShardThread(const std::string& name, std::optional<unsigned> cpu,
                         std::function<void()> body)
    : thread_(std::move(body)) {
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
