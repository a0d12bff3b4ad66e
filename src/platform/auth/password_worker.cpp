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

template <typename Answer>
void PasswordWorker::ask(const From& from, std::move_only_function<Result<Answer>()> compute,
                         AnswerTo<Answer> answer) {
  // Shared: the job that was refused still has it to answer.
  const auto shared = std::make_shared<AnswerTo<Answer>>(std::move(answer));
  auto start = [this, from, compute = std::move(compute), shared]() mutable {
    auto done = [this, from, shared](Result<Answer> result) {
      if (from) turns_.end(*from);
      (*shared)(std::move(result));
    };
    const bool is_queued = enqueue([this, compute = std::move(compute), done]() mutable {
      post_([done, result = compute()]() mutable { done(std::move(result)); });
    });
    if (is_queued) return;
    ++refused_by_queue_;
    post_([done]() mutable { done(busy()); });
  };
  if (!from) return start();
  if (turns_.begin(*from, std::move(start))) return;
  ++refused_by_address_;
  post_([shared] { (*shared)(busy()); });
}

void PasswordWorker::hash(std::string password, const From& from,
                          std::move_only_function<void(Result<std::string>)> answer) {
  ask<std::string>(
      from, [this, password = std::move(password)] { return hash_password(password, random_); },
      std::move(answer));
}

void PasswordWorker::check(std::string password, std::string hash, const From& from,
                           std::move_only_function<void(Result<bool>)> answer) {
  ask<bool>(
      from,
      [password = std::move(password), hash = std::move(hash)]() -> Result<bool> {
        return is_password(password, hash);
      },
      std::move(answer));
}

void PasswordWorker::expose(metrics::Exposition& out, std::string_view what) const {
  const auto refused = [&](std::string_view reason, std::uint64_t count) {
    out.counter("auth_passwords_refused", "Passwords not looked at since too many waited.",
                {{"reason", reason}, {"what", what}}, count);
  };
  refused("address", refused_by_address_);
  refused("full", refused_by_queue_);
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
