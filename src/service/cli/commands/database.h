// The store of a configuration, for commands that need no server: asked one thing at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "platform/auth/token_signer.h"
#include "platform/config/config.h"
#include "platform/store/store.h"

namespace CLI {
class App;
}  // namespace CLI

namespace confab::cli {

struct DatabaseFlags {
  std::string config_file;
  std::string data;
  bool is_signaling = false;
  bool as_json = false;
};

// --config, --data, --signaling and --json.
void declare_database(CLI::App& command, DatabaseFlags& flags);

class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const DatabaseFlags& flags);

  template <typename T, typename Call>
  Result<T> ask_access(Call call) {
    return wait<T>([&](auto answer) { call(store_->access(), std::move(answer)); });
  }
  template <typename T, typename Call>
  Result<T> ask_accounts(Call call) {
    return wait<T>([&](auto answer) { call(store_->accounts(), std::move(answer)); });
  }
  // Who has the database may do anything with it; the log says that they did. It is done by then,
  // and goes on where there is no line of it, which is said: a secret that was not shown would be
  // lost.
  void note(std::string action, std::string target);
  const auth::TokenSigner& signer() const { return *signer_; }
  const Config& config() const { return config_; }

 private:
  // What a store answers, handed to the one thread that waits for it.
  class Mailbox {
   public:
    using Task = std::move_only_function<void()>;
    void put(Task task);
    void run_one();

   private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Task> tasks_;
  };

  template <typename T, typename Call>
  Result<T> wait(Call call) {
    std::optional<Result<T>> out;
    call([&](Result<T> answered) { out = std::move(answered); });
    // Some calls lead to several answers, of which one is ours.
    while (!out) mailbox_.run_one();
    return std::move(*out);
  }

  Config config_;
  Mailbox mailbox_;
  std::unique_ptr<store::Store> store_;
  std::optional<auth::TokenSigner> signer_;
};

}  // namespace confab::cli
