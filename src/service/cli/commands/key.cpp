// `confab key`: API keys, in the database itself, so that the first one can be made before there is
// one to make it with. A server that runs takes note within two seconds.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/auth/scopes.h"
#include "platform/clock/clock.h"
#include "platform/random/secure_random.h"
#include "platform/store/store.h"
#include "service/access/access_api.h"
#include "service/cli/commands/command.h"
#include "service/cli/commands/database.h"
#include "service/cli/commands/words.h"

namespace confab::cli {
namespace {

struct KeyFlags {
  DatabaseFlags database;
  std::string name;
  std::vector<std::string> scopes;
  std::string id;
};

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
  auto database = Database::open(flags.database);
  if (!database) return complain(database.error());
  SecureRandom random;
  const access::NewKey made = access::make_api_key(
      flags.name, *scopes, (*database)->signer().sealer(), random, wall_unix_ms());
  const auto added = (*database)->ask_access<void>([&](store::AccessStore& store, auto answer) {
    store.add_api_key(made.record, std::move(answer));
  });
  if (!added) return complain(added.error());
  (*database)->note("key.create", "key:" + made.record.id);
  return print(flags.database.as_json,
               boost::json::object{{"id", made.record.id},
                                   {"secret", made.secret},
                                   {"name", made.record.name},
                                   {"scopes", made.record.scopes}},
               "key     " + made.record.id + "\nsecret  " + made.secret +
                   "\n\nThe secret is not shown again.\n");
}

int list(const KeyFlags& flags) {
  auto database = Database::open(flags.database);
  if (!database) return complain(database.error());
  const auto keys = (*database)->ask_access<std::vector<store::ApiKeyRecord>>(
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
  return print(flags.database.as_json, out, text.empty() ? "there are no API keys\n" : text);
}

int revoke(const KeyFlags& flags) {
  auto database = Database::open(flags.database);
  if (!database) return complain(database.error());
  const auto revoked = (*database)->ask_access<bool>([&](store::AccessStore& store, auto answer) {
    store.revoke_api_key(flags.id, wall_unix_ms(), std::move(answer));
  });
  if (!revoked) return complain(revoked.error());
  if (!*revoked) return complain({ErrorCode::kNotFound, "there is no such API key"});
  (*database)->note("key.revoke", "key:" + flags.id);
  return print(flags.database.as_json, boost::json::object{{"id", flags.id}}, "revoked\n");
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
  declare_database(made, flags->database);
  made.add_option("--name", flags->name, "for people who read the list")->required();
  made.add_option("--scope", flags->scopes,
                  "what it may do: join, rooms, tokens, webhooks, keys, ops; several times")
      ->required();
  CLI::App& listed = commands.add(group, "list", "all keys, revoked ones too, without secrets",
                                  "confab key list --data /var/lib/confab --json",
                                  [flags] { return list(*flags); });
  declare_database(listed, flags->database);
  CLI::App& revoked = commands.add(group, "revoke", "end a key and every token that it signed",
                                   "confab key revoke AK… --data /var/lib/confab",
                                   [flags] { return revoke(*flags); });
  declare_database(revoked, flags->database);
  revoked.add_option("id", flags->id, "the key")->required();
}

}  // namespace confab::cli
