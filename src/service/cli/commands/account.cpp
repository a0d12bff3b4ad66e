// `confab account`: people who sign in, in the database itself, so that nobody needs a mail server:
// what an operator hands over is a link that is good once.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "call/text.h"
#include "platform/clock/clock.h"
#include "platform/random/secure_random.h"
#include "service/access/accounts/accounts.h"
#include "service/access/accounts/input.h"
#include "service/cli/commands/command.h"
#include "service/cli/commands/database.h"
#include "service/cli/commands/words.h"

namespace confab::cli {
namespace {

constexpr std::size_t kPage = 500;

struct AccountFlags {
  DatabaseFlags database;
  std::string email;
  std::string name;
};

std::string link_text(const Config& config, const std::string& secret) {
  const std::string base = config.auth.public_url.empty()
                               ? "http://localhost:" + std::to_string(config.http.listen.port)
                               : config.auth.public_url;
  // Behind a #, which browsers send to nobody: it stands in no log.
  return base + "/account#link=" + secret;
}

Result<store::AccountRecord> find(Database& database, const std::string& email) {
  auto clean = access::clean_email(email);
  if (!clean) return std::unexpected(clean.error());
  auto found = database.ask_accounts<std::optional<store::AccountRecord>>(
      [&](store::AccountStore& store, auto answer) {
        store.find_account(*clean, std::move(answer));
      });
  if (!found) return std::unexpected(found.error());
  if (!*found) return fail(ErrorCode::kNotFound, "there is no account with this address");
  return std::move(**found);
}

Result<std::string> make_link(Database& database, const store::AccountRecord& account) {
  SecureRandom random;
  const access::NewLink link = access::make_link(account.id, random, wall_unix_ms());
  const auto added = database.ask_accounts<bool>([&](store::AccountStore& store, auto answer) {
    store.add_link(link.record, std::move(answer));
  });
  if (!added) return std::unexpected(added.error());
  if (!*added) {
    return fail(ErrorCode::kConflict, "the account is disabled: confab account enable comes first");
  }
  return link_text(database.config(), link.secret);
}

int show_link(const AccountFlags& flags, Database& database, const store::AccountRecord& account,
              std::string action) {
  const auto link = make_link(database, account);
  if (!link) return complain(link.error());
  database.note(std::move(action), "account:" + account.id);
  return print(flags.database.as_json,
               boost::json::object{{"id", account.id}, {"email", account.email}, {"link", *link}},
               *link + "\n\nWith this link " + account.email +
                   " sets a password, once, within three days. It is not shown again.\n");
}

int create(const AccountFlags& flags) {
  auto email = access::clean_email(flags.email);
  if (!email) return complain(email.error());
  auto name = call::clean_name(flags.name.empty()
                                   ? email->substr(0, std::min<std::size_t>(email->find('@'), 64))
                                   : flags.name);
  if (!name) return complain(name.error());
  auto database = Database::open(flags.database);
  if (!database) return complain(database.error());
  SecureRandom random;
  const store::AccountRecord account =
      access::make_account(std::move(*email), std::move(*name), random, wall_unix_ms());
  const auto added = (*database)->ask_accounts<void>([&](store::AccountStore& store, auto answer) {
    store.add_account(account, std::move(answer));
  });
  if (!added && added.error().code == ErrorCode::kConflict) {
    return complain({ErrorCode::kConflict, "there is an account with this address"});
  }
  if (!added) return complain(added.error());
  return show_link(flags, **database, account, "account.create");
}

int reset(const AccountFlags& flags) {
  auto database = Database::open(flags.database);
  if (!database) return complain(database.error());
  const auto account = find(**database, flags.email);
  if (!account) return complain(account.error());
  return show_link(flags, **database, *account, "account.reset");
}

int list(const AccountFlags& flags) {
  auto database = Database::open(flags.database);
  if (!database) return complain(database.error());
  boost::json::array out;
  std::string text;
  std::string after;
  while (true) {
    const auto page = (*database)->ask_accounts<std::vector<store::AccountRecord>>(
        [&](store::AccountStore& store, auto answer) {
          store.accounts(after, kPage, std::move(answer));
        });
    if (!page) return complain(page.error());
    for (const store::AccountRecord& each : *page) {
      out.emplace_back(boost::json::object{{"id", each.id},
                                           {"email", each.email},
                                           {"name", each.name},
                                           {"hasPassword", !each.password_hash.empty()},
                                           {"operator", each.is_operator},
                                           {"proven", each.is_proven},
                                           {"createdAt", each.created_at_ms},
                                           {"disabledAt", each.disabled_at_ms}});
      text += each.email + "  " + when(each.created_at_ms) + "  " + each.name +
              (each.is_operator ? "  operator" : "") +
              (each.is_proven ? "" : "  address not proven") +
              (each.disabled_at_ms == 0 ? "" : "  disabled " + when(each.disabled_at_ms)) + "\n";
    }
    if (page->size() < kPage) break;
    after = page->back().email;
  }
  return print(flags.database.as_json, out, text.empty() ? "there are no accounts\n" : text);
}

int set_disabled(const AccountFlags& flags, bool is_disabled) {
  auto database = Database::open(flags.database);
  if (!database) return complain(database.error());
  const auto account = find(**database, flags.email);
  if (!account) return complain(account.error());
  const std::int64_t at_ms = is_disabled ? wall_unix_ms() : 0;
  const auto done = (*database)->ask_accounts<bool>([&](store::AccountStore& store, auto answer) {
    store.disable(account->id, at_ms, std::move(answer));
  });
  if (!done) return complain(done.error());
  const std::string word = is_disabled ? "disable" : "enable";
  (*database)->note("account." + word, "account:" + account->id);
  return print(flags.database.as_json,
               boost::json::object{{"id", account->id}, {"email", account->email}}, word + "d\n");
}

int set_operator(const AccountFlags& flags, bool is_operator) {
  auto database = Database::open(flags.database);
  if (!database) return complain(database.error());
  const auto account = find(**database, flags.email);
  if (!account) return complain(account.error());
  const auto done = (*database)->ask_accounts<bool>([&](store::AccountStore& store, auto answer) {
    store.set_operator(account->id, is_operator, std::move(answer));
  });
  if (!done) return complain(done.error());
  if (!*done) {
    return complain({ErrorCode::kConflict,
                     "nobody knows that this address is theirs: confab account reset comes first, "
                     "and the link goes to whom you mean"});
  }
  (*database)->note(is_operator ? "account.promote" : "account.demote", "account:" + account->id);
  return print(flags.database.as_json,
               boost::json::object{
                   {"id", account->id}, {"email", account->email}, {"operator", is_operator}},
               is_operator ? "may look after this server, at /admin, once signed in again\n"
                           : "looks after this server no more\n");
}

int erase(const AccountFlags& flags) {
  auto database = Database::open(flags.database);
  if (!database) return complain(database.error());
  const auto account = find(**database, flags.email);
  if (!account) return complain(account.error());
  const auto codes = (*database)->ask_accounts<std::vector<std::string>>(
      [&](store::AccountStore& store, auto answer) {
        store.delete_account(account->id, access::account_identity(account->id), std::move(answer));
      });
  if (!codes) return complain(codes.error());
  (*database)->note("account.delete", "account:" + account->id);
  return print(
      flags.database.as_json,
      boost::json::object{{"id", account->id}, {"email", account->email}, {"rooms", codes->size()}},
      "deleted, with " + std::to_string(codes->size()) + " rooms\n");
}

}  // namespace

void declare_accounts(CLI::App& app, Commands& commands) {
  CLI::App& group = *app.add_subcommand("account", "people who sign in");
  group.require_subcommand(1);
  const auto flags = std::make_shared<AccountFlags>();  // of the one command that runs
  const auto add = [&](const std::string& word, const std::string& help,
                       std::function<int()> run) -> CLI::App& {
    const std::string email = word == "list" ? "" : " ada@example.org";
    CLI::App& command =
        commands.add(group, word, help,
                     "confab account " + word + email + " --data /var/lib/confab", std::move(run));
    declare_database(command, flags->database);
    if (!email.empty()) command.add_option("email", flags->email, "its address")->required();
    return command;
  };
  add("create", "make an account; prints the link by which its password is set", [flags] {
    return create(*flags);
  }).add_option("--name", flags->name, "what others see in a meeting");
  add("reset", "print a link by which a new password is set, once",
      [flags] { return reset(*flags); });
  add("list", "all accounts", [flags] { return list(*flags); });
  add("disable", "sign somebody out everywhere, and let them in no more",
      [flags] { return set_disabled(*flags, true); });
  add("enable", "let them in again", [flags] { return set_disabled(*flags, false); });
  add("promote", "let them look after the server: /admin, and what needs the scope ops",
      [flags] { return set_operator(*flags, true); });
  add("demote", "take that back", [flags] { return set_operator(*flags, false); });
  add("delete", "delete it for good, with its rooms and what was said in them",
      [flags] { return erase(*flags); });
}

}  // namespace confab::cli
