// `confab key`: API keys, in the database itself, so that the first one can be made before there is
// one to make it with. A server that runs takes note within two seconds.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/auth/scopes.h"
#include "platform/auth/token_signer.h"
#include "platform/clock/clock.h"
#include "platform/config/config.h"
#include "platform/random/secure_random.h"
#include "platform/store/store.h"
#include "service/access/access_api.h"
#include "service/cli/commands/command.h"
#include "service/cli/commands/words.h"
#include "service/cli/parts/stores.h"

namespace confab::cli {
namespace {

struct KeyFlags {
  std::string config_file;
  std::string data;
  bool is_signaling = false;
  bool as_json = false;
  std::string name;
  std::vector<std::string> scopes;
  std::string id;
};

// What a store answers, handed to the one thread that waits for it.
class Mailbox {
 public:
  using Task = std::move_only_function<void()>;

  void put(Task task) {
    const std::lock_guard lock(mutex_);
    task_ = std::move(task);
    arrived_.notify_one();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return task_ != nullptr; });
    Task task = std::exchange(task_, nullptr);
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  Task task_;
};

// The store of a configuration, asked one thing at a time.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const KeyFlags& flags);

  template <typename T, typename Call>
  Result<T> wait(Call call) {
    std::optional<Result<T>> out;
    call(store_->access(), [&](Result<T> answered) { out = std::move(answered); });
    mailbox_.run_one();
    return std::move(*out);
  }
  const auth::TokenSigner& signer() const { return *signer_; }

 private:
  Config config_;
  Mailbox mailbox_;
  std::unique_ptr<store::Store> store_;
  std::optional<auth::TokenSigner> signer_;
};

Result<std::unique_ptr<Database>> Database::open(const KeyFlags& flags) {
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

// Who has the database may do anything with it; the log says that they did.
Result<void> note(Database& database, std::string action, std::string target) {
  return database.wait<void>([&](store::AccessStore& store, auto answer) {
    store.write_audit({0, wall_unix_ms(), "cli", "", std::move(action), std::move(target), "ok"},
                      std::move(answer));
  });
}

Result<auth::Scopes> scopes_of(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ",") + word;
  const auto scopes = auth::Scopes::parse(all);
  if (!scopes) {
    return fail(ErrorCode::kInvalidArgument,
                "--scope: expected some of " + auth::Scopes::all().to_string());
  }
  return *scopes;
}

int create(const KeyFlags& flags) {
  const auto scopes = scopes_of(flags.scopes);
  if (!scopes) return complain(scopes.error());
  auto database = Database::open(flags);
  if (!database) return complain(database.error());
  SecureRandom random;
  const access::NewKey made = access::make_api_key(
      flags.name, *scopes, (*database)->signer().sealer(), random, wall_unix_ms());
  const auto added = (*database)->wait<void>([&](store::AccessStore& store, auto answer) {
    store.add_api_key(made.record, std::move(answer));
  });
  if (!added) return complain(added.error());
  if (auto noted = note(**database, "key.create", "key:" + made.record.id); !noted) {
    return complain(noted.error());
  }
  return print(flags.as_json,
               boost::json::object{{"id", made.record.id},
                                   {"secret", made.secret},
                                   {"name", made.record.name},
                                   {"scopes", made.record.scopes}},
               "key     " + made.record.id + "\nsecret  " + made.secret +
                   "\n\nThe secret is not shown again.\n");
}

int list(const KeyFlags& flags) {
  auto database = Database::open(flags);
  if (!database) return complain(database.error());
  const auto keys = (*database)->wait<std::vector<store::ApiKeyRecord>>(
      [](store::AccessStore& store, auto answer) { store.api_keys(std::move(answer)); });
  if (!keys) return complain(keys.error());
  boost::json::array out;
  std::string text;
  for (const store::ApiKeyRecord& key : *keys) {
    out.emplace_back(boost::json::object{{"id", key.id},
                                         {"name", key.name},
                                         {"scopes", key.scopes},
                                         {"createdAt", key.created_at_ms},
                                         {"revokedAt", key.revoked_at_ms}});
    text += key.id + "  " + when(key.created_at_ms) + "  " +
            (key.revoked_at_ms == 0 ? key.scopes : "revoked " + when(key.revoked_at_ms)) + "  " +
            key.name + "\n";
  }
  return print(flags.as_json, out, text.empty() ? "there are no API keys\n" : text);
}

int revoke(const KeyFlags& flags) {
  auto database = Database::open(flags);
  if (!database) return complain(database.error());
  const auto revoked = (*database)->wait<bool>([&](store::AccessStore& store, auto answer) {
    store.revoke_api_key(flags.id, wall_unix_ms(), std::move(answer));
  });
  if (!revoked) return complain(revoked.error());
  if (!*revoked) return complain({ErrorCode::kNotFound, "there is no such API key"});
  if (auto noted = note(**database, "key.revoke", "key:" + flags.id); !noted) {
    return complain(noted.error());
  }
  return print(flags.as_json, boost::json::object{{"id", flags.id}}, "revoked\n");
}

void declare_database(CLI::App& command, KeyFlags& flags) {
  command.add_option("--config", flags.config_file, "YAML file of the server (CONFAB_CONFIG)");
  command.add_option("--data", flags.data, "its data folder (CONFAB_DATA)");
  command.add_flag("--signaling", flags.is_signaling,
                   "of a `confab signaling` node: its configuration and auth.token_key");
  command.add_flag("--json", flags.as_json, "print JSON");
}

}  // namespace

void declare_keys(CLI::App& app, Commands& commands) {
  CLI::App& group = *app.add_subcommand("key", "API keys, with which programs sign tokens");
  group.require_subcommand(1);
  const auto flags = std::make_shared<KeyFlags>();  // of the one command that runs
  CLI::App& made = commands.add(
      group, "create", "make a key; its secret is shown once",
      "confab key create --data /var/lib/confab --name shop --scope join --scope rooms",
      [flags] { return create(*flags); });
  declare_database(made, *flags);
  made.add_option("--name", flags->name, "for people who read the list")->required();
  made.add_option("--scope", flags->scopes,
                  "what it may do: join, rooms, tokens, webhooks, keys, ops; several times")
      ->required();
  CLI::App& listed = commands.add(group, "list", "all keys, revoked ones too, without secrets",
                                  "confab key list --data /var/lib/confab --json",
                                  [flags] { return list(*flags); });
  declare_database(listed, *flags);
  CLI::App& revoked = commands.add(group, "revoke", "end a key and every token that it signed",
                                   "confab key revoke AK… --data /var/lib/confab",
                                   [flags] { return revoke(*flags); });
  declare_database(revoked, *flags);
  revoked.add_option("id", flags->id, "the key")->required();
}

}  // namespace confab::cli
