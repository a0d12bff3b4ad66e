// `confab webhook`: who is told what happens, by REST.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "platform/json/json.h"
#include "service/cli/commands/command.h"
#include "service/cli/commands/remote.h"
#include "service/cli/commands/words.h"

namespace confab::cli {
namespace {

struct WebhookFlags {
  RemoteFlags remote;
  std::string url;
  std::vector<std::string> events;
  std::string id;
  std::string delivery;
};

std::string text_in(const boost::json::value& object, std::string_view key) {
  const auto* field = object.is_object() ? object.get_object().if_contains(key) : nullptr;
  return field != nullptr && field->is_string() ? std::string(field->get_string()) : std::string();
}

int create(const WebhookFlags& flags) {
  boost::json::object body{{"url", flags.url}};
  if (!flags.events.empty()) body["events"] = boost::json::value_from(flags.events);
  const auto made = ask(flags.remote, http::Method::kPost, "/api/webhooks", json::serialize(body));
  if (!made) return complain(made.error());
  return print(flags.remote.as_json, *made,
               "webhook  " + text_in(*made, "id") + "\nsecret   " + text_in(*made, "secret") +
                   "\n\nThe secret is not shown again.\n");
}

// One line for each of the list under `key`, of these fields.
int list(const WebhookFlags& flags, const std::string& path, std::string_view key,
         std::initializer_list<std::string_view> fields) {
  const auto all = ask(flags.remote, http::Method::kGet, path);
  if (!all) return complain(all.error());
  std::string text;
  const auto* list = all->is_object() ? all->get_object().if_contains(key) : nullptr;
  if (list != nullptr && list->is_array()) {
    for (const boost::json::value& each : list->get_array()) {
      std::string line;
      for (const std::string_view field : fields) {
        line += (line.empty() ? "" : "  ") + text_in(each, field);
      }
      text += line + "\n";
    }
  }
  return print(flags.remote.as_json, *all, text);
}

int act(const WebhookFlags& flags, http::Method method, const std::string& path,
        std::string_view done_text) {
  const auto done = ask(flags.remote, method, path);
  if (!done) return complain(done.error());
  return print(flags.remote.as_json, *done, done_text);
}

}  // namespace

void declare_webhooks(CLI::App& app, Commands& commands) {
  CLI::App& group = *app.add_subcommand("webhook", "who is told what happens in meetings");
  group.require_subcommand(1);
  const auto flags = std::make_shared<WebhookFlags>();  // of the one command that runs
  const auto of_id = [flags] { return "/api/webhooks/" + segment(flags->id); };

  CLI::App& made = commands.add(
      group, "create", "tell a URL; the secret that signs is shown once",
      "confab webhook create https://example.org/hook --event room_started --event room_finished",
      [flags] { return create(*flags); });
  declare_remote(made, flags->remote);
  made.add_option("url", flags->url, "where to")->required();
  made.add_option("--event", flags->events, "this one; several times for several [all]");

  CLI::App& listed =
      commands.add(group, "list", "all webhooks", "confab webhook list --json",
                   [flags] { return list(*flags, "/api/webhooks", "webhooks", {"id", "url"}); });
  declare_remote(listed, flags->remote);

  CLI::App& removed = commands.add(
      group, "delete", "tell it no more", "confab webhook delete WH…",
      [flags, of_id] { return act(*flags, http::Method::kDelete, of_id(), "deleted\n"); });
  declare_remote(removed, flags->remote);
  removed.add_option("id", flags->id, "the webhook")->required();

  CLI::App& log = commands.add(group, "deliveries", "what it was told, the newest first",
                               "confab webhook deliveries WH… --json", [flags, of_id] {
                                 return list(*flags, of_id() + "/deliveries", "deliveries",
                                             {"id", "event", "state", "error"});
                               });
  declare_remote(log, flags->remote);
  log.add_option("id", flags->id, "the webhook")->required();

  CLI::App& again =
      commands.add(group, "redeliver", "tell it the same once more",
                   "confab webhook redeliver WH… msg_…", [flags, of_id] {
                     return act(*flags, http::Method::kPost,
                                of_id() + "/deliveries/" + segment(flags->delivery) + "/redeliver",
                                "it is tried again\n");
                   });
  declare_remote(again, flags->remote);
  again.add_option("id", flags->id, "the webhook")->required();
  again.add_option("delivery", flags->delivery, "the delivery")->required();
}

}  // namespace confab::cli
