#include "platform/auth/password_worker.h"

#include <memory>
#include <utility>

#include "platform/auth/password_hash.h"

namespace confab::auth {
namespace {

std::unexpected<Error> busy() {
  return fail(ErrorCode::kRateLimited, "too many passwords at once; try again in a second");
}

}  // namespace

PasswordWorker::PasswordWorker(Post post, Random& random)
    : post_(std::move(post)), random_(random), thread_([this] { work(); }) {}

PasswordWorker::~PasswordWorker() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool PasswordWorker::enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= kPasswordsWaitingMax) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void PasswordWorker::hash(std::string password,
                          std::move_only_function<void(Result<std::string>)> answer) {
  // Shared: the job that was refused still has it to answer.
  const auto shared = std::make_shared<decltype(answer)>(std::move(answer));
  const bool is_queued = enqueue([this, password = std::move(password), shared] {
    Result<std::string> hashed = hash_password(password, random_);
    post_([shared, hashed = std::move(hashed)]() mutable { (*shared)(std::move(hashed)); });
  });
  if (!is_queued) post_([shared] { (*shared)(busy()); });
}

void PasswordWorker::check(std::string password, std::string hash,
                           std::move_only_function<void(Result<bool>)> answer) {
  const auto shared = std::make_shared<decltype(answer)>(std::move(answer));
  const bool is_queued =
      enqueue([this, password = std::move(password), hash = std::move(hash), shared] {
        const bool is_right = is_password(password, hash);
        post_([shared, is_right] { (*shared)(is_right); });
      });
  if (!is_queued) post_([shared] { (*shared)(busy()); });
}

// What waits when the end comes is not done: nobody is left to be told.
void PasswordWorker::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
    if (is_stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace confab::auth
