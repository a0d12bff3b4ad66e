#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "platform/auth/fingerprint.h"
#include "platform/auth/password_hash.h"
#include "platform/auth/password_worker.h"

namespace confab::auth {
namespace {

TEST(Password, is_known_by_its_hash_and_not_told_by_it) {
  SeededRandom random(1);
  const auto hash = hash_password("correct horse", random);
  ASSERT_TRUE(hash) << hash.error().message;
  EXPECT_TRUE(hash->starts_with("$argon2id$"));
  EXPECT_EQ(hash->find("horse"), std::string::npos);
  EXPECT_TRUE(is_password("correct horse", *hash));
  EXPECT_FALSE(is_password("Correct horse", *hash));
  EXPECT_FALSE(is_password("", *hash));
  EXPECT_NE(*hash, *hash_password("correct horse", random)) << "each has a salt of its own";
}

TEST(Password, is_not_compared_with_a_hash_that_asks_for_the_whole_memory) {
  EXPECT_FALSE(is_password("x", "$argon2id$v=19$m=4194304,t=9,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"));
  EXPECT_FALSE(is_password("x", ""));
  EXPECT_FALSE(is_password("x", "$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_FALSE(is_password(std::string(kHashedBytesMax + 1, 'x'), ""));
}

// FIPS 180-2, appendix B.1.
TEST(Fingerprint, is_the_hash_of_the_secret) {
  EXPECT_EQ(fingerprint("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
}

class Answers {
 public:
  PasswordWorker::Post post() {
    return [this](std::move_only_function<void()> task) {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      arrived_.notify_one();
    };
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !tasks_.empty(); });
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::move_only_function<void()>> tasks_;
};

TEST(PasswordWorker, answers_each_once_and_refuses_what_would_wait_too_long) {
  SeededRandom random(1);
  Answers answers;
  PasswordWorker worker(answers.post(), random);
  std::size_t answered = 0;
  std::size_t refused = 0;
  const std::size_t asked = kPasswordsWaitingMax + 8;
  for (std::size_t i = 0; i < asked; ++i) {
    worker.check("x", "not a hash", std::nullopt, [&](Result<bool> is_right) {
      ++answered;
      if (!is_right) ++refused;
      if (is_right) EXPECT_FALSE(*is_right);
    });
  }
  std::optional<Result<std::string>> hashed;
  while (answered < asked) answers.run_one();
  worker.hash("secret", std::nullopt, [&](Result<std::string> hash) { hashed = std::move(hash); });
  answers.run_one();
  ASSERT_TRUE(hashed && *hashed);
  EXPECT_TRUE(is_password("secret", **hashed));
  EXPECT_LE(refused, 8u);
}

TEST(PasswordWorker, keeps_its_queue_for_others_whatever_one_address_asks_for) {
  SeededRandom random(1);
  Answers answers;
  PasswordWorker worker(answers.post(), random);
  const IpAddress flooder = *IpAddress::parse("192.0.2.1");
  std::size_t answered = 0;
  std::size_t refused = 0;
  const std::size_t asked = kPasswordsWaitingMax + 8;
  for (std::size_t i = 0; i < asked; ++i) {
    worker.hash("x", flooder, [&](const Result<std::string>& hash) {
      ++answered;
      if (!hash && hash.error().code == ErrorCode::kRateLimited) ++refused;
    });
  }
  std::optional<std::size_t> before_the_other;
  worker.hash("secret", *IpAddress::parse("192.0.2.2"), [&](const Result<std::string>& hash) {
    if (hash) before_the_other = answered - refused;
  });
  while (!before_the_other) answers.run_one();
  EXPECT_LE(*before_the_other, kPasswordsOfOneMax);
  while (answered < asked) answers.run_one();
  EXPECT_EQ(refused, asked - kPasswordsOfOneMax - kPasswordsInLineMax);
}

TEST(PasswordTurns, of_one_address_are_four_and_its_line_comes_in_order) {
  PasswordTurns turns;
  const IpAddress one = *IpAddress::parse("2001:db8::1");
  const IpAddress same = *IpAddress::parse("2001:db8::2");
  std::vector<int> started;
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(turns.begin(i % 2 == 0 ? one : same, [&, i] { started.push_back(i); }));
  }
  EXPECT_EQ(started, (std::vector{0, 1, 2, 3})) << "a /64 is one";
  EXPECT_TRUE(turns.begin(*IpAddress::parse("2001:db8:1::1"), [&] { started.push_back(99); }));
  EXPECT_EQ(started.back(), 99);
  turns.end(one);
  turns.end(same);
  EXPECT_EQ(started, (std::vector{0, 1, 2, 3, 99, 4, 5}));
  for (int i = 0; i < 4; ++i) turns.end(one);
  EXPECT_TRUE(turns.begin(one, [&] { started.push_back(6); }));
  EXPECT_EQ(started.back(), 6);
}

TEST(PasswordTurns, of_all_lines_together_have_an_end_as_each_has) {
  PasswordTurns turns;
  std::size_t refused = 0;
  for (int address = 0; address < 6; ++address) {
    const IpAddress from = *IpAddress::parse("192.0.2." + std::to_string(address));
    for (int i = 0; i < 30; ++i) refused += turns.begin(from, [] {}) ? 0 : 1;
  }
  EXPECT_EQ(turns.waiting(), kPasswordsInLinesMax);
  EXPECT_EQ(refused, 6 * 30 - 6 * kPasswordsOfOneMax - kPasswordsInLinesMax);
  EXPECT_TRUE(turns.begin(*IpAddress::parse("192.0.2.9"), [] {})) << "who has none under way";
}

}  // namespace
}  // namespace confab::auth
