// Where passwords are hashed: one thread of its own, so that neither a loop nor a call notices. Its
// queue is short: at 20 ms each the last of 64 waits for little more than a second.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/random.h"

namespace confab::auth {

inline constexpr std::size_t kPasswordsWaitingMax = 64;

class PasswordWorker {
 public:
  // Brings a function to the thread that wants the answers.
  using Post = std::function<void(std::move_only_function<void()>)>;

  // `random` is used on the worker's thread alone, and outlives it.
  PasswordWorker(Post post, Random& random);
  ~PasswordWorker();
  PasswordWorker(const PasswordWorker&) = delete;
  PasswordWorker& operator=(const PasswordWorker&) = delete;

  // Each is answered once, later; kRateLimited when too many wait.
  void hash(std::string password, std::move_only_function<void(Result<std::string>)> answer);
  void check(std::string password, std::string hash,
             std::move_only_function<void(Result<bool>)> answer);

 private:
  using Job = std::move_only_function<void()>;

  bool enqueue(Job job);
  void work();

  Post post_;
  Random& random_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace confab::auth
