#include "engine/shard_thread.h"

#include <pthread.h>
#include <sched.h>

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

unsigned usable_cores() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (::sched_getaffinity(0, sizeof(cpus), &cpus) != 0) return 1;
  return static_cast<unsigned>(CPU_COUNT(&cpus));
}

}  // namespace confab::engine
