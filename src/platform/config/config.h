// The one set of numbers and addresses an operator may choose. A YAML file, CONFAB_ environment
// variables and flags are three ways into it (flags over environment over file over the defaults
// below); every part of the server is given its slice and never reads a file or the environment.
// Plain values: copy freely, read from any thread once loaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "base/ip_prefix.h"
#include "base/log.h"
#include "base/net.h"

namespace confab {

// What a process does. kServe is all of it in one; the others are parts of the same apart.
enum class Role : std::uint8_t { kServe, kGateway, kSignaling, kMedia, kWeb, kLogs };
inline constexpr Role kRoles[] = {Role::kServe, Role::kGateway, Role::kSignaling,
                                  Role::kMedia, Role::kWeb,     Role::kLogs};
// As in `confab signaling`, and in a file's `roles:`.
std::string_view role_name(Role role);

// The public door: the web app, REST and Socket.IO.
struct HttpConfig {
  Endpoint listen{IpAddress::v4(0), 8080};
  // Where the built web app lies; empty: beside the executable's build tree (see ./run).
  std::string web_root;
  bool tls = false;
  Endpoint tls_listen{IpAddress::v4(0), 8443};
  // PEM files. Empty: a certificate of our own is made and kept in the data directory.
  std::string tls_certificate;
  std::string tls_key;
  // Origins other than our own that may call the API and Socket.IO; "*" is any.
  std::vector<std::string> cors_origins;
  // Reverse proxies whose X-Forwarded-For is believed; every other peer speaks for itself alone.
  std::vector<IpPrefix> trusted_proxies;
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1'000'000;
  std::uint32_t connections_max = 20'000;
  // Of those, what one address may have (of IPv6: one /64), as connections and as Socket.IO
  // sessions. A whole office behind one NAT: somebody in a call has one WebSocket, and a browser
  // that loads the page has six connections for a moment; 140 people may load it at once, and 1000
  // may be in calls. It takes twenty such addresses to fill the server.
  std::uint32_t connections_per_address_max = 1000;
  // Requests of REST from one address (of IPv6: one /64), whoever asks. A page asks twice when it
  // opens a meeting: a thousand people behind one address who begin at nine are 2,000, and 200 a
  // second are a tenth of what one core answers.
  std::uint32_t rest_burst = 4000;
  std::uint32_t rest_per_second = 200;
  // Time for a whole request to arrive, and for an idle kept-alive connection.
  Duration request_timeout = 10s;
  Duration idle_timeout = 60s;
};

// For who runs the server: /metrics, /livez, /readyz. Never on a public address by default.
struct AdminConfig {
  Endpoint listen{IpAddress::v4(0x7f000001), 6000};
  // Names under which it is asked, besides addresses and names without a dot: a page of another
  // site that had its own name point here would otherwise read the metrics (DNS rebinding).
  std::vector<std::string> hosts;
};

// Engine.IO and Socket.IO. The defaults are those of the stock socket.io server, but for
// connect_timeout: a client connects in the round trip after the handshake (10 s leave room for
// three lost packets), and the stock 45 s would hold a place for whoever never does.
struct SocketIoConfig {
  Duration ping_interval = 25s;
  Duration ping_timeout = 20s;
  Duration connect_timeout = 10s;
  Duration upgrade_timeout = 10s;
  std::size_t payload_bytes_max = 1'000'000;
  // How long a lost connection can be taken up again with its rooms and missed events; 0 is off.
  Duration recovery_window = 2min;
};

// One address media listens on, and what candidates say (differs behind a 1:1 NAT).
struct MediaAddress {
  IpAddress listen;
  IpAddress announced;
  bool operator==(const MediaAddress&) const = default;
};

struct MediaConfig {
  // Empty: every usable address of this machine's interfaces.
  std::vector<MediaAddress> addresses;
  // The first shard's port, UDP and TCP; shard n has port + n.
  std::uint16_t port = 40000;
  // 0: one for each core.
  std::uint32_t shards = 0;
  // A meeting stays on one shard until another has this many transports fewer; then those who come
  // go there, and each stream between the two costs a copy. A participant has two: 32 people who
  // all send are 200,000 packets a second, about what one core takes.
  std::uint32_t spread_transports = 64;
  bool udp = true;
  bool tcp = true;
  // No authenticated STUN request for this long closes a transport (RFC 7675 §5.1).
  Duration consent_timeout = 30s;
  std::size_t receive_buffer_bytes = 4 * 1024 * 1024;
};

// What a STUN or TURN server is told to browsers as (RTCIceServer). The credential is coturn's
// static-auth-secret, of which short-lived passwords are made.
struct IceConfig {
  std::vector<std::string> urls;
  std::string turn_secret;
  Duration turn_lifetime = 12h;
};

struct CallConfig {
  std::uint32_t participants_max = 500;
  // From one address (of IPv6: one /64), so that one machine cannot fill a room with ghosts. Half
  // of the room: a large office behind one NAT still finds everybody a place.
  std::uint32_t participants_per_address_max = 250;
  std::uint32_t producers_per_participant_max = 16;
  std::uint32_t meetings_max = 10'000;
  // A participant whose connection is lost stays this long for the others.
  Duration reconnect_grace = 30s;
  Duration resume_token_lifetime = 12h;
  std::uint32_t chat_chars_max = 2000;
  std::uint32_t chat_history = 200;
  // Chat older than this is deleted; 0 keeps it.
  std::uint32_t chat_retention_days = 30;
  std::uint32_t room_retention_days = 90;
  // The events of front ends written for the reference system (docs/protocol.md).
  bool compatibility = true;
};

// Where a process of another role is reached: "host:port", or "node=host:port".
struct ServicePlace {
  std::optional<std::uint16_t> node;  // nothing: its position in the list, from 1
  std::string host;                   // an address without brackets, or a name
  std::uint16_t port = 0;
  bool operator==(const ServicePlace&) const = default;
};

// Who passes on what is asked of the signaling nodes.
struct GatewayConfig {
  // Where no directory tells them.
  std::vector<ServicePlace> signaling;
  Duration connect_timeout = 500ms;
  // For an answer of REST: a node answers from memory, or from a database that it gives up after a
  // second.
  Duration answer_timeout = 15s;
  // Of Socket.IO: longer than a ping and the wait for its answer (socketio.ping_interval and
  // ping_timeout, 25 s and 20 s).
  Duration idle_timeout = 75s;
};

// How processes of several roles find each other.
struct DiscoveryConfig {
  // Of Consul's agent, "http://127.0.0.1:8500". Empty: the lists of the configuration.
  std::string consul;
  std::string consul_token;
  // By which the others reach this process: an address or a name.
  std::string address;
  // Where it is: meetings go to media nodes of their own region, if there are any.
  std::string region;
};

// Where rooms and chat are kept.
struct DatabaseConfig {
  // Of a PostgreSQL server, "postgresql://user:password@host/name". Empty: SQLite, in the data
  // folder.
  std::string url;
  // To that server. A room always uses the same one of them; one is kept for upkeep.
  std::uint32_t connections = 3;
};

// How signaling and media speak to each other, where they are processes of their own.
struct RpcConfig {
  // Of a media node. Whoever may connect may command it: never on a public address.
  Endpoint listen{IpAddress::v4(0x7f000001), 50051};
  // The same at both ends.
  std::string secret;
  // PEM files, for both ends to prove who they are (mutual TLS); all three or none.
  std::string tls_authority;
  std::string tls_certificate;
  std::string tls_key;
  // Those that a signaling node opens meetings on.
  std::vector<ServicePlace> media_nodes;
};

// The media service of the reference system, for a signaling service that was written for it. It
// asks for no secret, as the reference does not: whoever reaches it may command.
struct MediaServiceConfig {
  bool enabled = false;
  Endpoint grpc_listen{IpAddress::v4(0x7f000001), 50052};
  // Its twins of HTTP.
  Endpoint http_listen{IpAddress::v4(0x7f000001), 6001};
  std::uint32_t rooms_max = 1000;
  // In all of them; a participant has two.
  std::uint32_t transports_max = 10'000;
  // Its callers close no transports: those go that nobody connects, and those whose peer is gone
  // (media.consent_timeout).
  Duration connect_timeout = 60s;
  // Nor do they close rooms: those go that are empty and not asked for.
  Duration idle_timeout = 5min;
};

// Who may have an account here: nobody, whom an operator made one, everybody.
enum class AccountsMode : std::uint8_t { kOff, kInvite, kOpen };

// What signaling nodes sign and believe.
struct AuthConfig {
  // 32 bytes in hex; `confab serve` makes its own and keeps it in the data folder.
  std::string token_key;
  // `iss` of the tokens that we make, and what `aud` of every token must hold, where it is set.
  std::string issuer = "confab";
  std::string audience;
  // Whose tokens are taken besides: `iss` of them, and where its public keys are.
  std::string jwks_issuer;
  std::string jwks_url;
  // What people may do who show no token and are not signed in.
  bool anonymous_create = true;
  bool anonymous_join = true;
  // Requests of REST by one API key, or by one person with tokens, wherever they come from. A tool
  // that goes over the 500 people of a meeting and takes all it needs of each is done in 25 s; 20 a
  // second are a fiftieth of what one core answers.
  std::uint32_t identity_burst = 600;
  std::uint32_t identity_per_second = 20;
  AccountsMode accounts = AccountsMode::kOff;
  // A session ends when it was not used for so long, and in any case after the other.
  Duration session_idle = 14 * 24h;
  Duration session_lifetime = 90 * 24h;
  // As browsers write it, "https://meet.example.org": where links of ours lead.
  std::string public_url;
  // A provider of OpenID Connect that people may sign in with besides.
  std::string oidc_issuer;
  std::string oidc_client_id;
  std::string oidc_client_secret;
  std::string oidc_name = "single sign-on";
};

// Who else is told what happens in meetings.
struct WebhooksConfig {
  // Whoever may make webhooks may have us ask any address of our own network.
  bool allow_private = false;
};

struct LogConfig {
  LogLevel level = LogLevel::kInfo;
  // Write addresses, names and tokens in clear: for a short hunt only.
  bool show_private = false;
  bool standard_output = true;
  // A file besides, or a folder in which each service has one of its own; at most one of the two.
  std::string file;
  std::string dir;
  // A file that is larger, or was begun longer ago, is moved aside, and a new one begun.
  std::uint64_t file_bytes_max = 64 * 1024 * 1024;
  Duration file_age_max = 24h;
  // Of those that were moved aside; with the size above, a service has 1 GB at the most.
  std::uint32_t files_max = 15;
  Duration keep = 14 * 24h;
};

// `confab logs`: the files of all services, to look at.
struct LogsConfig {
  // What is shown; empty: log.dir.
  std::string dir;
  // Asked of who comes; needed wherever others than this machine may come.
  std::string token;
  // Names with a dot by which it may be asked (AdminConfig::hosts has the reason).
  std::vector<std::string> hosts;
};

// Where nodes tell each other what they may lose.
struct RedisConfig {
  // redis://[:password@]host[:port][/number]; empty: each node counts for itself.
  std::string url;
};

struct Config {
  // The database, generated keys and certificates; made with mode 0700 if missing.
  std::string data_dir = "data";
  // The number of this process among those of its role; in the ids of what it makes.
  std::uint16_t node = 0;
  // On SIGTERM, meetings go on for so long before everybody is told to come back.
  Duration drain{};
  HttpConfig http;
  AdminConfig admin;
  SocketIoConfig socketio;
  MediaConfig media;
  IceConfig ice;
  CallConfig call;
  DatabaseConfig database;
  RedisConfig redis;
  GatewayConfig gateway;
  DiscoveryConfig discovery;
  RpcConfig rpc;
  MediaServiceConfig media_service;
  AuthConfig auth;
  WebhooksConfig webhooks;
  LogConfig log;
  LogsConfig logs;
};

// What a role has where nothing else is said: ports and a data folder of its own.
Config default_config(Role role);

// What can be set, for the executable's flags, `--help` and the operator's documentation.
struct ConfigOption {
  std::string_view key;     // "http.listen": in the file
  std::string flag;         // "http": --http
  std::string environment;  // "CONFAB_HTTP"
  std::string_view help;
  std::string default_text;  // as it would be written in the file
  bool is_list = false;      // several values; comma-separated in the environment
  bool is_switch = false;    // a flag without a value means true
  bool is_secret = false;
  bool is_retired = false;  // known only to say what took its place
  bool is_live = false;     // a running server takes it over (SIGHUP)
  bool is_shared = false;   // of those, what a directory may say for all (discovery.consul)
};
// Those that the role looks at, with its defaults.
std::span<const ConfigOption> config_options(Role role = Role::kServe);

// (name, value) pairs: flags by ConfigOption::flag, environment by its full variable name.
using ConfigPairs = std::vector<std::pair<std::string, std::string>>;

struct ConfigInput {
  Role role = Role::kServe;
  // Path of a YAML file; empty: CONFAB_CONFIG's, if it is set. One file may serve every role: what
  // stands under roles.<name> holds for that one alone, over the rest of the file.
  std::string file;
  // The process's; of names that do not begin with CONFAB_, those of the reference system count.
  ConfigPairs environment;
  ConfigPairs flags;  // a list flag may come several times
};

struct LoadedConfig {
  Config config;
  // Unknown CONFAB_ variables: not errors, because Kubernetes and Docker inject some of their own
  // for a service named confab (CONFAB_SERVICE_HOST, CONFAB_PORT, ...).
  std::vector<std::string> warnings;
};

// kInvalidArgument names the key, where it came from, and for an unknown key the nearest known one.
Result<LoadedConfig> load_config(const ConfigInput& input);

// Which keys differ, separated by commas.
struct ConfigChange {
  std::string taken;
  std::string at_next_start;
};
// Takes into `running` what of `wanted` can change while the server runs. What was read once, when
// the server started, stays as it is.
ConfigChange take_over_config(Config& running, const Config& wanted);

// What a directory says for many processes (Consul's confab/config/): names as in the file,
// "log.level", or for one role "roles.media.log.level"; a slash is as good as a dot.
// kInvalidArgument where it is unknown, not to be had from there (ConfigOption::is_shared), or no
// value of that option.
Result<void> check_shared(std::string_view name, std::string_view value);
// `base` with all of these over it. They weigh most: who writes them means what runs, now.
Result<Config> with_shared(const Config& base, Role role, const ConfigPairs& shared);

// What is in force for the role, as a YAML file that would give it the same; secrets read
// "(secret)".
std::string effective_config(const Config& config, Role role = Role::kServe);

// The pairs of the process's environment that load_config looks at.
ConfigPairs config_environment();

}  // namespace confab
