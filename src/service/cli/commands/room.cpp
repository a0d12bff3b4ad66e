// `confab room`, `participant`, `mute` and `remove`: what hosts do, by REST, with an API key of the
// scope `rooms`.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "platform/json/json.h"
#include "service/cli/commands/command.h"
#include "service/cli/commands/remote.h"
#include "service/cli/commands/words.h"

namespace confab::cli {
namespace {

struct RoomFlags {
  RemoteFlags remote;
  std::string code;
  std::string participant;
  std::string message;
  std::string meeting;
  std::string role;
  std::string title;
  std::string password_file;
  bool has_lobby = false;
  bool is_locked = false;
  bool is_unlocked = false;
  bool is_ban = false;
  bool is_all = false;
};

std::string path_of(const RoomFlags& flags) {
  return "/api/rooms/" + segment(flags.code);
}
std::string path_of_person(const RoomFlags& flags, const std::string& action) {
  return path_of(flags) + "/participants/" + segment(flags.participant) + "/" + action;
}

int show(const RoomFlags& flags, const Result<boost::json::value>& answer) {
  if (!answer) return complain(answer.error());
  return print(flags.remote.as_json, *answer, json::serialize(*answer) + "\n");
}

int act(const RoomFlags& flags, http::Method method, const std::string& path,
        const boost::json::object& body = {}) {
  const bool has_body = method == http::Method::kPost || method == http::Method::kPatch;
  return show(flags,
              ask(flags.remote, method, path, has_body ? json::serialize(body) : std::string()));
}

Result<boost::json::object> settings_of(const RoomFlags& flags) {
  boost::json::object out;
  if (!flags.title.empty()) out["title"] = flags.title;
  if (!flags.password_file.empty()) {
    const auto password = secret_in(flags.password_file, "--password-file");
    if (!password) return std::unexpected(password.error());
    out["password"] = *password;
  }
  if (flags.has_lobby) out["lobby"] = true;
  if (flags.is_locked) out["locked"] = true;
  if (flags.is_unlocked) out["locked"] = false;
  return out;
}

int act_on_settings(const RoomFlags& flags, http::Method method, const std::string& path) {
  const auto settings = settings_of(flags);
  return settings ? act(flags, method, path, *settings) : complain(settings.error());
}

// All of them, page by page.
int list_rooms(const RoomFlags& flags) {
  boost::json::array all;
  std::string text;
  for (std::string cursor;;) {
    const std::string query = cursor.empty() ? "" : "?cursor=" + segment(cursor);
    auto page = ask(flags.remote, http::Method::kGet, "/api/rooms" + query);
    if (!page) return complain(page.error());
    json::ReadStatus status;
    const json::Reader in(*page, status);
    in["rooms"].elements(100, [&](const json::Reader& each) {
      text += std::string(each["code"].string(64)) + "  " +
              when(each["createdAt"].integer(0, std::int64_t{1} << 53)) + "  " +
              std::string(each["title"].string(1024)) + "\n";
    });
    cursor = in["next"].string_or("", 256);
    if (!status.ok()) return complain(status.error());
    for (boost::json::value& room : page->at("rooms").as_array()) all.push_back(std::move(room));
    if (cursor.empty()) break;
  }
  return print(flags.remote.as_json, boost::json::object{{"rooms", std::move(all)}}, text);
}

// Those of one page behind `cursor`, as lines of `text`; empty: the last page.
Result<std::string> read_attendance(const boost::json::value& page, std::string& text) {
  constexpr std::int64_t kTimeMax = std::int64_t{1} << 53;
  json::ReadStatus status;
  const json::Reader in(page, status);
  in["attendance"].elements(100, [&](const json::Reader& each) {
    const bool is_present = each["present"].boolean();
    const bool has_left = each["leftAt"].present();
    text += when(each["joinedAt"].integer(0, kTimeMax)) + "  " +
            (has_left     ? when(each["leftAt"].integer(0, kTimeMax))
             : is_present ? std::string("is there")
                          : std::string("unknown")) +
            "  " + std::string(each["meetingId"].string(128)) + "  " +
            std::string(each["role"].string(32)) + "  " + std::string(each["name"].string(1024)) +
            "\n";
  });
  std::string next(in["next"].string_or("", 256));
  if (!status.ok()) return std::unexpected(status.error());
  return next;
}

int list_attendance(const RoomFlags& flags) {
  boost::json::array all;
  std::string text;
  const std::string query = flags.meeting.empty() ? "" : "&meeting=" + segment(flags.meeting);
  for (std::string cursor;;) {
    const std::string at = cursor.empty() ? "" : "&cursor=" + segment(cursor);
    auto page = ask(flags.remote, http::Method::kGet,
                    path_of(flags) + "/attendance?limit=100" + query + at);
    if (!page) return complain(page.error());
    const auto next = read_attendance(*page, text);
    if (!next) return complain(next.error());
    for (boost::json::value& each : page->at("attendance").as_array()) {
      all.push_back(std::move(each));
    }
    cursor = *next;
    if (cursor.empty()) break;
  }
  return print(flags.remote.as_json, boost::json::object{{"attendance", std::move(all)}},
               text.empty() ? "nobody was there\n" : text);
}

int list_people(const RoomFlags& flags) {
  const auto all = ask(flags.remote, http::Method::kGet, path_of(flags) + "/participants");
  if (!all) return complain(all.error());
  std::string text;
  json::ReadStatus status;
  json::Reader(*all, status)["participants"].elements(100'000, [&](const json::Reader& each) {
    text += std::string(each["id"].string(128)) + "  " + std::string(each["role"].string(32)) +
            "  " + std::string(each["name"].string(1024)) + "\n";
  });
  return print(flags.remote.as_json, *all, text);
}

int mute(const RoomFlags& flags) {
  if (flags.is_all == !flags.participant.empty()) {
    return complain({ErrorCode::kInvalidArgument, "either a participant, or --all"});
  }
  return act(flags, http::Method::kPost,
             flags.is_all ? path_of(flags) + "/mute" : path_of_person(flags, "mute"));
}

void declare_settings(CLI::App& command, RoomFlags& flags) {
  command.add_option("--title", flags.title, "what it is called");
  command.add_option(
      "--password-file", flags.password_file,
      "the file with the password that newcomers are asked for; - is standard input");
  command.add_flag("--lobby", flags.has_lobby, "newcomers wait until they are admitted");
  command.add_flag("--lock", flags.is_locked, "no newcomers");
}

void declare_room_words(CLI::App& app, Commands& commands,
                        const std::shared_ptr<RoomFlags>& flags) {
  CLI::App& group = *app.add_subcommand("room", "rooms: make, look at, change, end, delete");
  group.require_subcommand(1);
  CLI::App& made =
      commands.add(group, "create", "make one", "confab room create --title Standup",
                   [flags] { return act_on_settings(*flags, http::Method::kPost, "/api/rooms"); });
  declare_remote(made, flags->remote);
  declare_settings(made, *flags);
  CLI::App& listed = commands.add(group, "list", "all that there are", "confab room list --json",
                                  [flags] { return list_rooms(*flags); });
  declare_remote(listed, flags->remote);

  const auto of_code = [&](const std::string& name, const std::string& help,
                           const std::string& example, std::function<int()> run) -> CLI::App& {
    CLI::App& command = commands.add(group, name, help, example, std::move(run));
    declare_remote(command, flags->remote);
    command.add_option("code", flags->code, "of the room")->required();
    return command;
  };
  of_code("show", "what it is", "confab room show abc-defg-hij --json",
          [flags] { return act(*flags, http::Method::kGet, path_of(*flags)); });
  CLI::App& changed = of_code("set", "change it", "confab room set abc-defg-hij --lock", [flags] {
    return act_on_settings(*flags, http::Method::kPatch, path_of(*flags));
  });
  declare_settings(changed, *flags);
  changed.add_flag("--unlock", flags->is_unlocked, "newcomers again");
  of_code("attendance", "who was there, from when to when", "confab room attendance abc-defg-hij",
          [flags] { return list_attendance(*flags); })
      .add_option("--meeting", flags->meeting, "of this meeting alone");
  of_code("unsay", "delete what was said to all, for good", "confab room unsay abc-defg-hij msg_…",
          [flags] {
            return act(*flags, http::Method::kDelete,
                       path_of(*flags) + "/messages/" + segment(flags->message));
          })
      .add_option("message", flags->message, "which")
      ->required();
  of_code("end", "everybody out; the room stays", "confab room end abc-defg-hij",
          [flags] { return act(*flags, http::Method::kPost, path_of(*flags) + "/end"); });
  of_code("delete", "everybody out, and the room and its chat are gone",
          "confab room delete abc-defg-hij",
          [flags] { return act(*flags, http::Method::kDelete, path_of(*flags)); });
}

}  // namespace

void declare_rooms(CLI::App& app, Commands& commands) {
  const auto flags = std::make_shared<RoomFlags>();  // of the one command that runs
  declare_room_words(app, commands, flags);

  CLI::App& people = *app.add_subcommand("participant", "who is in a meeting, and as what");
  people.require_subcommand(1);
  CLI::App& listed =
      commands.add(people, "list", "who is in it", "confab participant list abc-defg-hij",
                   [flags] { return list_people(*flags); });
  declare_remote(listed, flags->remote);
  listed.add_option("code", flags->code, "of the room")->required();
  CLI::App& promoted =
      commands.add(people, "role", "make them host, cohost, participant or viewer",
                   "confab participant role abc-defg-hij pt_… cohost", [flags] {
                     return act(*flags, http::Method::kPost, path_of_person(*flags, "role"),
                                {{"role", flags->role}});
                   });
  declare_remote(promoted, flags->remote);
  promoted.add_option("code", flags->code, "of the room")->required();
  promoted.add_option("participant", flags->participant, "who")->required();
  promoted.add_option("role", flags->role, "as what")->required();

  CLI::App& muted =
      commands.add(app, "mute", "mute one, or everybody", "confab mute abc-defg-hij --all",
                   [flags] { return mute(*flags); });
  declare_remote(muted, flags->remote);
  muted.add_option("code", flags->code, "of the room")->required();
  muted.add_option("participant", flags->participant, "who");
  muted.add_flag("--all", flags->is_all, "everybody");

  CLI::App& removed =
      commands.add(app, "remove", "put somebody out of a meeting",
                   "confab remove abc-defg-hij pt_… --ban", [flags] {
                     return act(*flags, http::Method::kPost,
                                path_of_person(*flags, flags->is_ban ? "ban" : "remove"));
                   });
  declare_remote(removed, flags->remote);
  removed.add_option("code", flags->code, "of the room")->required();
  removed.add_option("participant", flags->participant, "who")->required();
  removed.add_flag("--ban", flags->is_ban, "for good");
}

}  // namespace confab::cli
