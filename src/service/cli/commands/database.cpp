#include "service/cli/commands/database.h"

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "platform/clock/clock.h"
#include "platform/random/secure_random.h"
#include "service/cli/commands/words.h"
#include "service/cli/parts/stores.h"

namespace confab::cli {

void declare_database(CLI::App& command, DatabaseFlags& flags) {
  command.add_option("--config", flags.config_file, "YAML file of the server (CONFAB_CONFIG)");
  command.add_option("--data", flags.data, "its data folder (CONFAB_DATA)");
  command.add_flag("--signaling", flags.is_signaling,
                   "of a `confab signaling` node: its configuration and auth.token_key");
  command.add_flag("--json", flags.as_json, "print JSON");
}

void Database::Mailbox::put(Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  arrived_.notify_one();
}

void Database::Mailbox::run_one() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return !tasks_.empty(); });
  Task task = std::move(tasks_.front());
  tasks_.pop_front();
  lock.unlock();
  task();
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseFlags& flags) {
  ConfigInput input{.role = flags.is_signaling ? Role::kSignaling : Role::kServe,
                    .file = flags.config_file,
                    .environment = config_environment(),
                    .flags = {}};
  if (!flags.data.empty()) input.flags.emplace_back("data", flags.data);
  auto loaded = load_config(input);
  if (!loaded) return std::unexpected(loaded.error());
  auto out = std::make_unique<Database>();
  out->config_ = std::move(loaded->config);
  SecureRandom random;
  auto signer = flags.is_signaling
                    ? auth::TokenSigner::from_hex(out->config_.auth.token_key)
                    : auth::TokenSigner::open(out->config_.data_dir + "/token.key", random);
  if (!signer) return std::unexpected(signer.error());
  out->signer_ = std::move(*signer);
  const auto post = [&mailbox = out->mailbox_](Mailbox::Task task) {
    mailbox.put(std::move(task));
  };
  auto store = open_store(out->config_, post, null_log());
  if (!store) return std::unexpected(store.error());
  out->store_ = std::move(*store);
  return out;
}

void Database::note(std::string action, std::string target) {
  const auto noted = ask_access<void>([&](store::AccessStore& store, auto answer) {
    store.write_audit({0, wall_unix_ms(), "cli", "", std::move(action), std::move(target), "ok"},
                      std::move(answer));
  });
  if (noted) return;
  complain({noted.error().code,
            "it is done, but the audit log has no line of it: " + noted.error().message});
}

}  // namespace confab::cli
