// Where passwords are hashed: one thread of its own, so that neither a loop nor a call notices. Its
// queue is short: at 20 ms each the last of 64 waits for little more than a second. Of it one
// address has a sixteenth at the most (password_turns.h).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/error.h"
#include "base/net.h"
#include "base/random.h"
#include "platform/auth/password_turns.h"
#include "platform/metrics/exposition.h"

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

  // Where a password comes from; nothing where whoever asks bounds what one address has under way.
  using From = std::optional<IpAddress>;
  // Each is answered once, later; kRateLimited when too many wait. Of the thread that has the
  // answers.
  void hash(std::string password, const From& from,
            std::move_only_function<void(Result<std::string>)> answer);
  void check(std::string password, std::string hash, const From& from,
             std::move_only_function<void(Result<bool>)> answer);

  // `what`: of what its passwords are.
  void expose(metrics::Exposition& out, std::string_view what) const;

 private:
  using Job = std::move_only_function<void()>;

  template <typename Answer>
  using AnswerTo = std::move_only_function<void(Result<Answer>)>;
  template <typename Answer>
  void ask(const From& from, std::move_only_function<Result<Answer>()> compute,
           AnswerTo<Answer> answer);
  bool enqueue(Job job);
  void work();

  Post post_;
  Random& random_;
  PasswordTurns turns_;
  std::uint64_t refused_by_address_ = 0;
  std::uint64_t refused_by_queue_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace confab::auth
