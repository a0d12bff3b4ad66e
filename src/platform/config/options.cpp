#include "platform/config/options.h"

#include "base/limits.h"
#include "platform/config/ice_url.h"
#include "platform/config/option_kinds.h"
#include "platform/config/value.h"

namespace confab::config {
namespace {

using kinds::bytes;
using kinds::count;
using kinds::duration;
using kinds::endpoint;
using kinds::list;
using kinds::live;
using kinds::local;
using kinds::retired;
using kinds::scalar;
using kinds::secret;
using kinds::text;
using kinds::texts;
using kinds::toggle;
using kinds::variable_of;

std::vector<Option> http_options() {
  return {
      endpoint({"http.listen", "http"}, "address and port of the web app and its API",
               [](Config& c) -> auto& { return c.http.listen; }),
      text({"http.web_root", "web-root"}, "folder of the built web app",
           [](Config& c) -> auto& { return c.http.web_root; }),
      toggle({"http.tls", "tls"}, "serve HTTPS as well, on http.tls_listen",
             [](Config& c) -> auto& { return c.http.tls; }),
      endpoint({"http.tls_listen", "tls-listen"}, "address and port of HTTPS",
               [](Config& c) -> auto& { return c.http.tls_listen; }),
      local(live(text({"http.tls_certificate", "tls-certificate"},
                      "PEM file; without it a certificate is made and kept in the data folder",
                      [](Config& c) -> auto& { return c.http.tls_certificate; }))),
      local(live(text({"http.tls_key", "tls-key"}, "PEM file of the certificate's key",
                      [](Config& c) -> auto& { return c.http.tls_key; }))),
      texts({"http.cors_origins", "cors-origin"}, "other origins that may call the API; * is any",
            [](Config& c) -> auto& { return c.http.cors_origins; }),
      list(
          {"http.trusted_proxies", ""},
          "reverse proxies whose X-Forwarded-For is believed: addresses or blocks, as 10.0.0.0/8",
          [](Config& c) -> auto& { return c.http.trusted_proxies; }, parse_prefix,
          [](const IpPrefix& prefix) { return prefix.to_string(); }),
      retired({"http.trust_proxy", ""},
              "http.trusted_proxies in its place, with the addresses of the proxies"),
      bytes({"http.header_bytes_max", ""}, "largest request head", 1024, 1 << 20,
            [](Config& c) -> auto& { return c.http.header_bytes_max; }),
      bytes({"http.body_bytes_max", ""}, "largest request body", 1024, 1 << 28,
            [](Config& c) -> auto& { return c.http.body_bytes_max; }),
      count({"http.connections_max", ""}, "connections served at once", 1, 1'000'000,
            [](Config& c) -> auto& { return c.http.connections_max; }),
      count({"http.connections_per_address_max", ""},
            "of those, from one address (of IPv6: one /64); Socket.IO sessions too", 1, 1'000'000,
            [](Config& c) -> auto& { return c.http.connections_per_address_max; }),
      count({"http.rest_burst", ""}, "requests of REST from one address at once", 1, 10'000'000,
            [](Config& c) -> auto& { return c.http.rest_burst; }),
      count({"http.rest_per_second", ""}, "and after that, in a second", 1, 10'000'000,
            [](Config& c) -> auto& { return c.http.rest_per_second; }),
      duration({"http.request_timeout", ""}, "time for a whole request to arrive", 1s, 10min,
               [](Config& c) -> auto& { return c.http.request_timeout; }),
      duration({"http.idle_timeout", ""}, "an unused connection is closed after", 1s, 1h,
               [](Config& c) -> auto& { return c.http.idle_timeout; }),
  };
}

std::vector<Option> admin_options() {
  return {
      endpoint({"admin.listen", "admin"},
               "address and port of /metrics and health, for whoever runs the server",
               [](Config& c) -> auto& { return c.admin.listen; }),
      texts({"admin.hosts", "admin-host"},
            "names with a dot by which the admin listener may be asked; addresses always may",
            [](Config& c) -> auto& { return c.admin.hosts; }),
  };
}

std::vector<Option> socketio_options() {
  return {
      duration({"socketio.ping_interval", ""}, "between two pings of the server", 100ms, 10min,
               [](Config& c) -> auto& { return c.socketio.ping_interval; }),
      duration({"socketio.ping_timeout", ""}, "for the answer to a ping", 100ms, 10min,
               [](Config& c) -> auto& { return c.socketio.ping_timeout; }),
      duration({"socketio.connect_timeout", ""}, "to join a namespace after connecting", 100ms,
               10min, [](Config& c) -> auto& { return c.socketio.connect_timeout; }),
      duration({"socketio.upgrade_timeout", ""}, "to go from polling to WebSocket", 100ms, 10min,
               [](Config& c) -> auto& { return c.socketio.upgrade_timeout; }),
      bytes({"socketio.payload_bytes_max", ""}, "largest message of a client", 1024, 1 << 28,
            [](Config& c) -> auto& { return c.socketio.payload_bytes_max; }),
      duration({"socketio.recovery_window", ""},
               "a lost connection keeps its rooms and missed events; 0s is off", 0s, 1h,
               [](Config& c) -> auto& { return c.socketio.recovery_window; }),
  };
}

std::vector<Option> media_options() {
  return {
      list(
          {"media.addresses", "media-address"},
          "IP that media listens on and announces, or LISTEN=ANNOUNCED; default: every interface",
          [](Config& c) -> auto& { return c.media.addresses; }, parse_media_address,
          print_media_address),
      count({"media.port", "media-port"}, "first of one port per shard, UDP and TCP", 1, 65535,
            [](Config& c) -> auto& { return c.media.port; }),
      count({"media.shards", ""}, "media threads; 0 is one for each core", 0, 256,
            [](Config& c) -> auto& { return c.media.shards; }),
      count({"media.spread_transports", ""},
            "a meeting goes on to another shard that has this many transports fewer (2 per person)",
            1, 100'000, [](Config& c) -> auto& { return c.media.spread_transports; }),
      toggle({"media.udp", ""}, "offer media over UDP",
             [](Config& c) -> auto& { return c.media.udp; }),
      toggle({"media.tcp", ""}, "offer media over TCP",
             [](Config& c) -> auto& { return c.media.tcp; }),
      duration({"media.consent_timeout", ""}, "a silent transport is closed after", 5s, 10min,
               [](Config& c) -> auto& { return c.media.consent_timeout; }),
      bytes({"media.receive_buffer_bytes", ""}, "kernel buffer of each UDP socket", 64 * 1024,
            1 << 30, [](Config& c) -> auto& { return c.media.receive_buffer_bytes; }),
  };
}

std::vector<Option> ice_options() {
  return {
      list(
          {"ice.urls", "ice-url"},
          "STUN and TURN servers told to browsers while they answer, as turn:host:3478",
          [](Config& c) -> auto& { return c.ice.urls; },
          [](std::string_view text) -> Parsed<std::string> {
            if (auto url = parse_ice_url(text); !url)
              return std::unexpected(std::move(url).error());
            return std::string(text);
          },
          [](const std::string& value) { return value; }),
      secret(text({"ice.turn_secret", "turn-secret"},
                  "static-auth-secret of the TURN server, for short-lived passwords",
                  [](Config& c) -> auto& { return c.ice.turn_secret; })),
      duration({"ice.turn_lifetime", "turn-lifetime"}, "of a TURN password", 1min,
               std::chrono::days(7), [](Config& c) -> auto& { return c.ice.turn_lifetime; }),
  };
}

// Read once: sockets are told of them when they connect.
std::vector<Option> session_options() {
  return {
      duration({"call.reconnect_grace", ""}, "someone whose connection is lost is kept for", 0s, 1h,
               [](Config& c) -> auto& { return c.call.reconnect_grace; }),
      toggle({"call.compatibility", ""}, "serve front ends written for the reference system",
             [](Config& c) -> auto& { return c.call.compatibility; }),
  };
}

std::vector<Option> call_options() {
  return {
      count({"call.participants_max", ""}, "in one meeting", 1, limits::kParticipantsPerMeeting,
            [](Config& c) -> auto& { return c.call.participants_max; }),
      count({"call.participants_per_address_max", ""},
            "of those, from one address (of IPv6: one /64)", 1, limits::kParticipantsPerMeeting,
            [](Config& c) -> auto& { return c.call.participants_per_address_max; }),
      count({"call.producers_per_participant_max", ""}, "cameras, microphones and screens", 1,
            limits::kProducersPerParticipant,
            [](Config& c) -> auto& { return c.call.producers_per_participant_max; }),
      count({"call.meetings_max", ""}, "at the same time", 1, 1'000'000,
            [](Config& c) -> auto& { return c.call.meetings_max; }),
      duration({"call.resume_token_lifetime", ""}, "of the token that gives a participant back",
               1min, std::chrono::days(30),
               [](Config& c) -> auto& { return c.call.resume_token_lifetime; }),
      count({"call.chat_chars_max", ""}, "in one message", 1, 100'000,
            [](Config& c) -> auto& { return c.call.chat_chars_max; }),
      count({"call.chat_history", ""}, "messages a late joiner is given", 0, 10'000,
            [](Config& c) -> auto& { return c.call.chat_history; }),
      // What a wrong value deletes does not come back when the value does.
      local(count({"call.chat_retention_days", ""},
                  "chat and attendance are deleted after; 0 keeps chat", 0, 36'500,
                  [](Config& c) -> auto& { return c.call.chat_retention_days; })),
      local(count({"call.room_retention_days", ""}, "an unused room is deleted after; 0 keeps it",
                  0, 36'500, [](Config& c) -> auto& { return c.call.room_retention_days; })),
  };
}

std::vector<Option> gateway_options() {
  return {
      list(
          {"gateway.signaling", ""},
          "signaling nodes, as host:port or node=host:port, where discovery.consul does not tell",
          [](Config& c) -> auto& { return c.gateway.signaling; }, parse_place, print_place),
      duration({"gateway.connect_timeout", ""}, "to reach a node", 10ms, 30s,
               [](Config& c) -> auto& { return c.gateway.connect_timeout; }),
      duration({"gateway.answer_timeout", ""}, "for a node to answer the API", 100ms, 5min,
               [](Config& c) -> auto& { return c.gateway.answer_timeout; }),
      duration({"gateway.idle_timeout", ""},
               "a connection of Socket.IO on which nobody says anything is closed after", 1s, 1h,
               [](Config& c) -> auto& { return c.gateway.idle_timeout; }),
  };
}

std::vector<Option> discovery_options() {
  return {
      text({"discovery.consul", ""}, "Consul's agent, as http://127.0.0.1:8500",
           [](Config& c) -> auto& { return c.discovery.consul; }),
      secret(text({"discovery.consul_token", ""}, "token of Consul's access control",
                  [](Config& c) -> auto& { return c.discovery.consul_token; })),
      text({"discovery.address", ""}, "address or name by which the others reach this process",
           [](Config& c) -> auto& { return c.discovery.address; }),
      text({"discovery.region", ""}, "of this process: near ones are asked first",
           [](Config& c) -> auto& { return c.discovery.region; }),
  };
}

std::vector<Option> auth_options() {
  return {secret(text({"auth.token_key", ""},
                      "64 hex digits that sign resume tokens and host keys; the same everywhere",
                      [](Config& c) -> auto& { return c.auth.token_key; }))};
}

std::vector<Option> access_options() {
  return {
      text({"auth.issuer", ""}, "iss of the tokens that are made here",
           [](Config& c) -> auto& { return c.auth.issuer; }),
      text({"auth.audience", ""}, "what aud of every token must name; without it aud is not asked",
           [](Config& c) -> auto& { return c.auth.audience; }),
      text({"auth.jwks_issuer", ""}, "iss of tokens that a provider elsewhere signs",
           [](Config& c) -> auto& { return c.auth.jwks_issuer; }),
      text({"auth.jwks_url", ""}, "where that provider's public keys are (JSON Web Key Set)",
           [](Config& c) -> auto& { return c.auth.jwks_url; }),
      local(live(toggle({"auth.anonymous_create", ""}, "let people without a token make rooms",
                        [](Config& c) -> auto& { return c.auth.anonymous_create; }))),
      local(live(toggle({"auth.anonymous_join", ""}, "let people without a token join rooms",
                        [](Config& c) -> auto& { return c.auth.anonymous_join; }))),
      count({"auth.identity_burst", ""}, "requests of REST by one key or person at once", 1,
            1'000'000, [](Config& c) -> auto& { return c.auth.identity_burst; }),
      count({"auth.identity_per_second", ""}, "and after that, in a second", 1, 1'000'000,
            [](Config& c) -> auto& { return c.auth.identity_per_second; }),
      scalar(
          {"auth.accounts", "accounts"},
          "who may have an account: off, invite (made by the operator), open (everybody)",
          [](Config& c) -> auto& { return c.auth.accounts; }, parse_accounts_mode,
          print_accounts_mode),
      duration({"auth.session_idle", ""}, "who is signed in and does not come is signed out after",
               1min, std::chrono::days(400),
               [](Config& c) -> auto& { return c.auth.session_idle; }),
      duration({"auth.session_lifetime", ""}, "and in any case after", 1min, std::chrono::days(400),
               [](Config& c) -> auto& { return c.auth.session_lifetime; }),
      text({"auth.public_url", ""}, "where browsers find us, as https://meet.example.org",
           [](Config& c) -> auto& { return c.auth.public_url; }),
      text({"auth.oidc_issuer", ""}, "OpenID Connect provider that people may sign in with",
           [](Config& c) -> auto& { return c.auth.oidc_issuer; }),
      text({"auth.oidc_client_id", ""}, "who we are there",
           [](Config& c) -> auto& { return c.auth.oidc_client_id; }),
      secret(text({"auth.oidc_client_secret", ""}, "our secret there",
                  [](Config& c) -> auto& { return c.auth.oidc_client_secret; })),
      text({"auth.oidc_name", ""}, "what people call that provider",
           [](Config& c) -> auto& { return c.auth.oidc_name; }),
      toggle({"webhooks.allow_private", ""}, "let webhooks reach addresses of our own network",
             [](Config& c) -> auto& { return c.webhooks.allow_private; }),
  };
}

std::vector<Option> rpc_options() {
  return {
      secret(text({"rpc.secret", ""}, "by which signaling and media know each other",
                  [](Config& c) -> auto& { return c.rpc.secret; })),
      local(
          live(text({"rpc.tls_authority", ""}, "PEM file of who signed the other end's certificate",
                    [](Config& c) -> auto& { return c.rpc.tls_authority; }))),
      local(live(text({"rpc.tls_certificate", ""},
                      "PEM file of our certificate, for both to prove themselves",
                      [](Config& c) -> auto& { return c.rpc.tls_certificate; }))),
      local(live(text({"rpc.tls_key", ""}, "PEM file of its key",
                      [](Config& c) -> auto& { return c.rpc.tls_key; }))),
  };
}

Option rpc_listen_option() {
  return endpoint({"rpc.listen", ""}, "address and port for signaling nodes (gRPC)",
                  [](Config& c) -> auto& { return c.rpc.listen; });
}

Option media_nodes_option() {
  return list(
      {"rpc.media_nodes", "media-node"},
      "a media node, as NUMBER=ADDRESS:PORT, where discovery.consul does not tell",
      [](Config& c) -> auto& { return c.rpc.media_nodes; }, parse_place, print_place);
}

std::vector<Option> media_service_options() {
  return {
      toggle({"media_service.enabled", "media-service"},
             "serve the reference system's media.MediaService to whoever reaches it",
             [](Config& c) -> auto& { return c.media_service.enabled; }),
      endpoint({"media_service.grpc_listen", ""},
               "address and port of its gRPC; a private network at most, it asks for no secret",
               [](Config& c) -> auto& { return c.media_service.grpc_listen; }),
      endpoint({"media_service.http_listen", ""}, "address and port of its HTTP; the same holds",
               [](Config& c) -> auto& { return c.media_service.http_listen; }),
      count({"media_service.rooms_max", ""}, "rooms of its callers", 1, 10'000,
            [](Config& c) -> auto& { return c.media_service.rooms_max; }),
      count({"media_service.transports_max", ""}, "transports in all of them", 1, 1'000'000,
            [](Config& c) -> auto& { return c.media_service.transports_max; }),
      duration({"media_service.connect_timeout", ""},
               "a transport that nobody connects is closed after", 1s, 10min,
               [](Config& c) -> auto& { return c.media_service.connect_timeout; }),
      duration({"media_service.idle_timeout", ""},
               "an empty room that nobody asks for is closed after", 1s, 24h,
               [](Config& c) -> auto& { return c.media_service.idle_timeout; }),
  };
}

std::vector<Option> log_options() {
  std::vector<Option> all = {
      scalar(
          {"log.level", ""}, "debug, info, warn or error",
          [](Config& c) -> auto& { return c.log.level; }, parse_log_level, print_log_level),
      toggle({"log.show_private", ""}, "write addresses and names in clear",
             [](Config& c) -> auto& { return c.log.show_private; }),
      toggle({"log.stdout", ""}, "write to standard output",
             [](Config& c) -> auto& { return c.log.standard_output; }),
      text({"log.file", ""}, "a file to write to besides",
           [](Config& c) -> auto& { return c.log.file; }),
      text({"log.dir", ""}, "a folder to write to besides: a file for each service and node",
           [](Config& c) -> auto& { return c.log.dir; }),
      bytes({"log.file_bytes_max", ""}, "a larger file is moved aside; 0 leaves it to others", 0,
            std::uint64_t{1} << 40, [](Config& c) -> auto& { return c.log.file_bytes_max; }),
      duration({"log.file_age_max", ""}, "an older file is moved aside; 0s leaves it to others", 0s,
               std::chrono::days(366), [](Config& c) -> auto& { return c.log.file_age_max; }),
      count({"log.files_max", ""}, "of those moved aside, as many are kept", 0, 1000,
            [](Config& c) -> auto& { return c.log.files_max; }),
      duration({"log.keep", ""}, "and for so long", 1min, std::chrono::days(3660),
               [](Config& c) -> auto& { return c.log.keep; }),
  };
  for (Option& option : all) option.is_local = option.shown.key != "log.level";
  return all;
}

// Of the role `logs`.
std::vector<Option> logs_options() {
  return {
      text({"logs.dir", ""}, "folder of the log files to show; without it log.dir",
           [](Config& c) -> auto& { return c.logs.dir; }),
      secret(text({"logs.token", ""}, "asked of who wants to see them",
                  [](Config& c) -> auto& { return c.logs.token; })),
      texts({"logs.hosts", "logs-host"},
            "names with a dot by which it may be asked; addresses always may",
            [](Config& c) -> auto& { return c.logs.hosts; }),
  };
}

constexpr RoleSet kEveryRole =
    set_of(Role::kServe, Role::kGateway, Role::kSignaling, Role::kMedia, Role::kWeb, Role::kLogs);
constexpr RoleSet kWithHttp = kEveryRole & ~set_of(Role::kMedia);
constexpr RoleSet kWithRooms = set_of(Role::kServe, Role::kGateway, Role::kSignaling);
constexpr RoleSet kWithSockets = set_of(Role::kServe, Role::kSignaling);
// Of several processes, those that others look for.
constexpr RoleSet kApart =
    set_of(Role::kGateway, Role::kSignaling, Role::kMedia, Role::kWeb, Role::kLogs);
constexpr RoleSet kWithMedia = set_of(Role::kServe, Role::kMedia);

std::vector<Option> process_options() {
  return {
      text({"data", ""}, "folder of the database, keys and certificates",
           [](Config& c) -> auto& { return c.data_dir; }),
      count({"node", ""}, "number of this process among those of its role", 0, 65535,
            [](Config& c) -> auto& { return c.node; }),
      live(duration({"drain", ""}, "on SIGTERM, meetings go on for at most", 0s, 24h,
                    [](Config& c) -> auto& { return c.drain; })),
  };
}

std::vector<Option> redis_options() {
  return {secret(text({"redis.url", ""},
                      "redis://… by which nodes share rates; each holds its own without it",
                      [](Config& c) -> auto& { return c.redis.url; }))};
}

std::vector<Option> database_options() {
  return {
      secret(text({"database.url", ""},
                  "PostgreSQL to keep rooms and chat in, as postgresql://user:password@host/name;"
                  " without it they are kept in the data folder",
                  [](Config& c) -> auto& { return c.database.url; })),
      count({"database.connections", ""}, "connections to that PostgreSQL", 1, 64,
            [](Config& c) -> auto& { return c.database.connections; })};
}

std::vector<Option> all_options() {
  const std::vector<std::pair<RoleSet, std::vector<Option>>> parts = {
      {kEveryRole, process_options()},
      {kWithRooms, database_options()},
      {set_of(Role::kServe, Role::kGateway, Role::kSignaling), redis_options()},
      {kWithHttp, http_options()},
      {kEveryRole, admin_options()},
      {kWithSockets, socketio_options()},
      {kWithMedia, media_options()},
      {kWithSockets, live(ice_options())},
      {kWithRooms, live(call_options())},
      {kWithRooms, session_options()},
      {set_of(Role::kGateway), gateway_options()},
      {kApart, discovery_options()},
      {set_of(Role::kSignaling, Role::kMedia), rpc_options()},
      {set_of(Role::kMedia), {rpc_listen_option()}},
      {set_of(Role::kSignaling), {media_nodes_option()}},
      {kWithMedia, media_service_options()},
      {set_of(Role::kSignaling), auth_options()},
      {kWithSockets, access_options()},
      {kEveryRole, live(log_options())},
      {set_of(Role::kLogs), logs_options()},
  };
  std::vector<Option> all;
  for (const auto& [roles, options] : parts) {
    for (Option option : options) {
      option.roles = roles;
      option.shown.is_shared = option.shown.is_live && !option.shown.is_secret && !option.is_local;
      option.shown.environment = variable_of(option.shown.flag);
      all.push_back(std::move(option));
    }
  }
  return all;
}

}  // namespace

std::span<const Option> options() {
  static const std::vector<Option> kAll = all_options();
  return kAll;
}

}  // namespace confab::config
