// A thread that runs one packet loop, on one core.
#pragma once

#include <pthread.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"

namespace confab::engine {

class ShardThread {
 public:
  // Starts `body` on a thread called `name` (at most 15 characters show up in ps), pinned to `cpu`
  // where one is given and allowed. It asks the scheduler for short turns that begin at once. That
  // there is a thread to be had is taken for granted.
  ShardThread(const std::string& name, std::optional<unsigned> cpu, std::function<void()> body);
  // The same, for where there may be no thread to be had (a limit of processes).
  static Result<std::unique_ptr<ShardThread>> start(const std::string& name,
                                                    std::optional<unsigned> cpu,
                                                    std::function<void()> body);
  // Waits for the body to return: stop its loop first.
  ~ShardThread();
  ShardThread(const ShardThread&) = delete;
  ShardThread& operator=(const ShardThread&) = delete;

 private:
  ShardThread() = default;
  // What pthread_create(3) returns.
  int launch(const std::string& name, std::optional<unsigned> cpu, std::function<void()> body);

  std::optional<pthread_t> thread_;
};

// Lets the shards' threads go first where there are fewer cores than threads: the calling thread,
// and those it starts from now on, get a tenth of a contended core; at real-time priority (chrt)
// they get what the shards leave. Needs no right.
void let_shards_go_first();

// The cores this process may run on.
unsigned usable_cores();

}  // namespace confab::engine
