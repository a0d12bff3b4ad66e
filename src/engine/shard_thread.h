// A thread that runs one packet loop, on one core.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace confab::engine {

class ShardThread {
 public:
  // Starts `body` on a thread called `name` (at most 15 characters show up in ps), pinned to `cpu`
  // where one is given and allowed. It asks the scheduler for short turns that begin at once.
  ShardThread(const std::string& name, std::optional<unsigned> cpu, std::function<void()> body);
  // Waits for the body to return: stop its loop first.
  ~ShardThread();
  ShardThread(const ShardThread&) = delete;
  ShardThread& operator=(const ShardThread&) = delete;

 private:
  std::thread thread_;
};

// Lets the shards' threads go first where there are fewer cores than threads: the calling thread,
// and those it starts from now on, get a tenth of a contended core; at real-time priority (chrt)
// they get what the shards leave. Needs no right.
void let_shards_go_first();

// The cores this process may run on.
unsigned usable_cores();

}  // namespace confab::engine
