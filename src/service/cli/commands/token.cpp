// `confab token`: made on this machine with an API key's secret, looked into, or revoked.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/auth/base64url.h"
#include "platform/auth/jwt.h"
#include "platform/clock/clock.h"
#include "platform/json/json.h"
#include "platform/random/secure_random.h"
#include "service/cli/commands/command.h"
#include "service/cli/commands/remote.h"
#include "service/cli/commands/words.h"

namespace confab::cli {
namespace {

struct CreateFlags {
  RemoteFlags remote;
  std::string room;
  std::string identity;
  std::string name;
  std::string role;
  std::string lobby;
  std::string audience;
  std::int64_t ttl_s = std::int64_t{6} * 3600;
  std::vector<std::string> sources;
  bool no_publish = false;
  bool no_subscribe = false;
  bool no_data = false;
  bool hidden = false;
  bool admin = false;
  bool create = false;
  bool list = false;
};

boost::json::object video_of(const CreateFlags& flags) {
  boost::json::object video;
  if (!flags.room.empty()) video["room"] = flags.room;
  // Who asks for nothing else wants to join.
  const bool is_for_rooms = flags.admin || flags.create || flags.list;
  if (!flags.identity.empty() || !is_for_rooms) video["roomJoin"] = true;
  if (flags.admin) video["roomAdmin"] = true;
  if (flags.create) video["roomCreate"] = true;
  if (flags.list) video["roomList"] = true;
  if (flags.no_publish) video["canPublish"] = false;
  if (!flags.sources.empty()) {
    video["canPublishSources"] = boost::json::value_from(flags.sources);
  }
  if (flags.no_subscribe) video["canSubscribe"] = false;
  if (flags.no_data) video["canPublishData"] = false;
  if (flags.hidden) video["hidden"] = true;
  return video;
}

// By the same reading as a token's, so that what is refused there is not made here.
Result<auth::Claims> claims_of(const CreateFlags& flags) {
  boost::json::object out{{"exp", wall_unix_ms() / 1000 + flags.ttl_s}};
  if (!flags.identity.empty()) out["sub"] = flags.identity;
  if (!flags.name.empty()) out["name"] = flags.name;
  if (!flags.role.empty()) out["role"] = flags.role;
  if (!flags.lobby.empty()) out["lobby"] = flags.lobby;
  if (!flags.audience.empty()) out["aud"] = flags.audience;
  out["video"] = video_of(flags);
  return auth::read_claims(json::serialize(out));
}

int create(const CreateFlags& flags) {
  const auto secret = secret_of(flags.remote);
  if (!secret) return complain(secret.error());
  if (flags.remote.key.empty() || secret->empty()) {
    return complain(
        {ErrorCode::kInvalidArgument,
         "--key is needed, and its secret in --secret-file or CONFAB_API_SECRET (make them "
         "with: confab key create)"});
  }
  const auto signer = auth::SigningKey::hmac(*secret);
  if (!signer) {
    return complain({ErrorCode::kInvalidArgument,
                     "the secret: " + std::string(auth::key_fault_text(signer.error()))});
  }
  auto claims = claims_of(flags);
  if (!claims) return complain(claims.error());
  SecureRandom random;
  claims->issuer = flags.remote.key;
  claims->id = "tk_" + random.alphanumeric(22);
  claims->issued_at_s = wall_unix_ms() / 1000;
  const std::string token = auth::sign_token(*claims, *signer, "");
  return print(flags.remote.as_json,
               boost::json::object{{"token", token},
                                   {"id", claims->id},
                                   {"issuer", claims->issuer},
                                   {"expiresAt", claims->expires_at_s * 1000}},
               token + "\n");
}

int show(const std::string& shown) {
  // Whoever lists processes reads what stands in the command: "-" keeps a token from them.
  const auto token = shown == "-" ? secret_in(shown, "token") : Result<std::string>(shown);
  if (!token) return complain(token.error());
  const auto read = auth::read_token(*token);
  if (!read) {
    return complain({ErrorCode::kInvalidArgument, std::string(auth::refusal_text(read.error()))});
  }
  auto claims = json::parse(auth::write_claims(read->claims));
  if (!claims) return complain(claims.error());
  const boost::json::object out{{"algorithm", auth::algorithm_name(read->algorithm)},
                                {"keyId", read->key_id},
                                {"claims", std::move(*claims)}};
  return print(true, out, "");
}

int revoke(const RemoteFlags& remote, const std::string& id, const std::string& issuer) {
  const std::string query = issuer.empty() ? "" : "?issuer=" + segment(issuer);
  const auto done = ask(remote, http::Method::kDelete, "/api/tokens/" + segment(id) + query);
  if (!done) return complain(done.error());
  return print(remote.as_json, *done, "revoked\n");
}

void declare_create(CLI::App& group, Commands& commands) {
  const auto flags = std::make_shared<CreateFlags>();  // shared with the command that runs
  CLI::App& command = commands.add(group, "create", "sign a token with an API key, on this machine",
                                   "confab token create --key AK… --secret-file shop.secret --room "
                                   "abc-defg-hij --identity ada --role host",
                                   [flags] { return create(*flags); });
  declare_remote(command, flags->remote);
  command.add_option("--room", flags->room, "code of the room [any]");
  command.add_option("--identity", flags->identity, "who it is for: the same person each time");
  command.add_option("--name", flags->name, "the name that others see");
  command.add_option("--role", flags->role, "host, cohost, participant or viewer");
  command.add_option("--lobby", flags->lobby, "bypass or wait");
  command.add_option("--audience", flags->audience, "aud, where the server asks for it");
  command.add_option("--ttl", flags->ttl_s, "seconds for which it is good [21600]")
      ->check(CLI::Range(std::int64_t{1}, auth::kTokenLifetimeMaxS));
  command.add_option("--source", flags->sources,
                     "may publish this alone: camera, microphone, screen_share, "
                     "screen_share_audio; several times for several");
  command.add_flag("--no-publish", flags->no_publish, "may publish nothing");
  command.add_flag("--no-subscribe", flags->no_subscribe, "may see and hear nobody");
  command.add_flag("--no-data", flags->no_data, "may not write in the chat");
  command.add_flag("--hidden", flags->hidden, "is not shown to the others");
  command.add_flag("--admin", flags->admin, "may do what a host may, by REST too (roomAdmin)");
  command.add_flag("--create", flags->create, "may make rooms (roomCreate)");
  command.add_flag("--list", flags->list, "may list rooms (roomList)");
}

}  // namespace

void declare_tokens(CLI::App& app, Commands& commands) {
  CLI::App& group = *app.add_subcommand("token", "tokens that let people and programs in");
  group.require_subcommand(1);
  declare_create(group, commands);

  const auto token = std::make_shared<std::string>();
  CLI::App& shown = commands.add(group, "show", "what a token says; its signature is not checked",
                                 "confab token show eyJ…", [token] { return show(*token); });
  shown.add_option("token", *token, "the token, or - for standard input")->required();
  shown.add_flag_callback("--json", [] {}, "print JSON, which it always does");

  struct RevokeFlags {
    RemoteFlags remote;
    std::string id;
    std::string issuer;
  };
  const auto flags = std::make_shared<RevokeFlags>();
  CLI::App& revoked =
      commands.add(group, "revoke", "make a token worthless before its time",
                   "confab token revoke tk_… --issuer AK… --key AK… --secret-file shop.secret",
                   [flags] { return revoke(flags->remote, flags->id, flags->issuer); });
  declare_remote(revoked, flags->remote);
  revoked.add_option("id", flags->id, "its jti")->required();
  revoked.add_option("--issuer", flags->issuer, "its iss [the server's own]");
}

}  // namespace confab::cli
