#include "service/cli/doctor/network.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.h"
#include "platform/clock/clock.h"
#include "platform/http/event_loop.h"
#include "platform/http_client/http_client.h"
#include "platform/ice_health/prober.h"
#include "platform/random/secure_random.h"
#include "platform/store/postgres_store.h"

namespace confab::cli {
namespace {

constexpr Duration kPatience = 3s;
// Two silences in a row: the look-up, the connection and the answer a second each time.
constexpr Duration kIcePatience = 3500ms;

std::string bracketed(const std::string& host) {
  return host.contains(':') ? "[" + host + "]" : host;
}

// Seconds since 1970 of "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::optional<std::int64_t> read_http_date(const std::string& text) {
  std::tm parts{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
  return ::timegm(&parts);
}

// One run of questions. Each that is asked holds the loop until it is answered.
class Questions {
 public:
  Questions(const Config& config, Role role, const NetworkQuestions& asked, Report& report)
      : config_(config), role_(role), asked_(asked), report_(report), ice_(loop_) {}

  bool is_running();
  void ask_all();

 private:
  using Answered = std::move_only_function<void(Result<http::Response>)>;

  void get(const std::string& url, std::string path, Answered answered);
  void answered();
  void run();

  void ask_site();
  void ask_websocket(const http::ClientTarget& target);
  void judge_clock(const http::Response& response);
  void ask_ice();
  void judge_ice(const ice_health::Prober& prober);
  void ask_database();
  void ask_directory();
  void ask_places(std::string_view setting, const std::vector<ServicePlace>& places, bool is_http);

  const Config& config_;
  const Role role_;
  const NetworkQuestions& asked_;
  Report& report_;
  http::EventLoop loop_;
  SecureRandom random_;
  http::LoopTimer ice_;
  std::unique_ptr<ice_health::Prober> prober_;
  std::shared_ptr<http::ClientWebSocket> socket_;  // as the connection holds it too
  int open_ = 0;
};

void Questions::answered() {
  if (--open_ == 0) loop_.stop();
}

void Questions::run() {
  if (open_ > 0) loop_.run();
}

// A whole answer, or why there is none.
void Questions::get(const std::string& url, std::string path, Answered done) {
  const auto origin = http::Origin::parse(url);
  if (!origin) return done(std::unexpected(origin.error()));
  const auto address = http::resolve(origin->host);
  if (!address) return done(std::unexpected(address.error()));
  ++open_;
  const http::ClientTarget target{.origin = *origin,
                                  .address = *address,
                                  .verify_certificate = !asked_.insecure,
                                  .timeout = kPatience,
                                  .headers = {}};
  http::fetch(loop_, target, http::Method::kGet, std::move(path), {},
              [this, done = std::move(done)](Result<http::Response> result) mutable {
                done(std::move(result));
                answered();
              });
}

bool Questions::is_running() {
  bool is_ours = false;
  Endpoint at = config_.admin.listen;
  if (at.address.is_unspecified()) at.address = IpAddress::v4(0x7f000001);
  const std::string role = R"("role":")" + std::string(role_name(role_)) + '"';
  get("http://" + at.to_string(), "/health", [&](const Result<http::Response>& response) {
    is_ours = response && response->body.contains(role);
  });
  run();
  return is_ours;
}

void Questions::ask_all() {
  ask_site();
  ask_ice();
  ask_directory();
  ask_places("rpc.media_nodes", config_.rpc.media_nodes, false);
  ask_places("gateway.signaling", config_.gateway.signaling, true);
  run();
  ask_database();
}

// ---- the way people come ----

void Questions::ask_site() {
  if (asked_.url.empty()) {
    return report_.warn({.check = "site",
                         .setting = "--url",
                         .what = "nobody said how people reach it: certificate, proxy and "
                                 "WebSocket are not tried",
                         .remedy = "confab doctor --url https://meet.example.org"});
  }
  get(asked_.url, "/api/config", [this](Result<http::Response> response) {
    const auto wrong = [&](std::string what, std::string remedy) {
      report_.wrong({.check = "site",
                     .setting = "the proxy, or http.listen",
                     .what = asked_.url + ": " + std::move(what),
                     .remedy = std::move(remedy)});
    };
    if (!response) {
      const bool is_certificate = response.error().message.contains("certificate");
      return wrong(response.error().message,
                   is_certificate ? "renew the certificate, with its chain and this name; "
                                    "--insecure looks past it"
                                  : "see that it runs, its name in DNS, and firewalls");
    }
    judge_clock(*response);
    if (response->status != 200 || !response->body.contains("routerRtpCapabilities")) {
      return wrong("/api/config is answered with " + std::to_string(response->status) +
                       ", and not by confab",
                   "pass /api and /socket.io on (deploy/nginx/confab.conf.template)");
    }
    report_.ok("site", asked_.url + " is confab");
  });
  const auto origin = http::Origin::parse(asked_.url);
  const auto address = origin ? http::resolve(origin->host) : std::unexpected(origin.error());
  if (!address) return;  // said above
  ask_websocket({.origin = *origin,
                 .address = *address,
                 .verify_certificate = !asked_.insecure,
                 .timeout = kPatience,
                 .headers = {}});
}

// Engine.IO says "0{…" first of all; a proxy that does not pass Upgrade on answers 400.
void Questions::ask_websocket(const http::ClientTarget& target) {
  ++open_;
  const auto is_said = std::make_shared<bool>(false);  // both handlers, whichever comes first
  socket_ = http::open_websocket(
      loop_, target, "/socket.io/?EIO=4&transport=websocket",
      {.on_open = [] {},
       .on_text =
           [this, is_said](const std::string& text) {
             if (!text.starts_with("0{") || std::exchange(*is_said, true)) return;
             report_.ok("websocket", "a WebSocket comes through");
             socket_->close();
           },
       .on_closed =
           [this, is_said](std::string_view why) {
             if (!*is_said) {
               report_.wrong({.check = "websocket",
                              .setting = "the proxy",
                              .what = "no WebSocket comes through: " + std::string(why),
                              .remedy = "have it pass Upgrade and Connection on for /socket.io/ "
                                        "(deploy/nginx/confab.conf.template)"});
             }
             answered();
           }});
}

void Questions::judge_clock(const http::Response& response) {
  const auto theirs = read_http_date(std::string(http::find_header(response.headers, "Date")));
  if (!theirs) return;
  constexpr std::int64_t kLeeway = 30;  // of tokens
  const std::int64_t ahead = wall_unix_ms() / 1000 - *theirs;
  if (ahead >= -kLeeway && ahead <= kLeeway) return;
  report_.wrong(
      {.check = "clock",
       .setting = "the system clock",
       .what = "this machine is " + std::to_string(ahead < 0 ? -ahead : ahead) + " s " +
               (ahead < 0 ? "behind " : "ahead of ") + asked_.url,
       .remedy = "set the clocks of both by NTP: tokens are good for 30 s of difference"});
}

// ---- TURN ----

void Questions::ask_ice() {
  if (role_ != Role::kServe && role_ != Role::kSignaling) return;
  if (config_.ice.urls.empty()) {
    return report_.warn({.check = "ice",
                         .setting = "ice.urls",
                         .what = "there is no TURN server: who has neither UDP nor TCP to the "
                                 "media ports gets no media",
                         .remedy = "run coturn (docs/deploy.md) and name it by UDP, TCP and TLS"});
  }
  ++open_;
  prober_ = std::make_unique<ice_health::Prober>(loop_, random_, null_log());
  prober_->set_urls(config_.ice.urls);
  ice_.set(monotonic_now() + kIcePatience, [this] {
    judge_ice(*prober_);
    answered();
  });
}

void Questions::judge_ice(const ice_health::Prober& prober) {
  bool is_by_tcp = false;
  for (const auto& [url, is_there] : prober.book().entries()) {
    is_by_tcp = is_by_tcp || url.contains("tcp") || url.starts_with("turns:");
    if (is_there) {
      report_.ok("ice", std::string(url) + " answers");
      continue;
    }
    report_.wrong({.check = "ice",
                   .setting = "ice.urls",
                   .what = std::string(url) + " does not answer",
                   .remedy = url.starts_with("turns:")
                                 ? "see that coturn runs, its TLS port and its certificate"
                                 : "see that coturn runs, its port, and the firewall"});
  }
  if (!is_by_tcp) {
    report_.warn({.check = "ice",
                  .setting = "ice.urls",
                  .what = "none is by TCP or TLS: who has no UDP gets no media",
                  .remedy = "add turn:HOST:3478?transport=tcp and turns:HOST:5349?transport=tcp"});
  }
}

// ---- what stands behind ----

void Questions::ask_database() {
  if (role_ != Role::kServe && role_ != Role::kSignaling) return;
  if (config_.database.url.empty()) return report_.ok("store", "SQLite, in the data folder");
  if (const auto reached = store::try_postgres(config_.database.url); !reached) {
    return report_.wrong({.check = "store",
                          .setting = "database.url",
                          .what = reached.error().message,
                          .remedy = "see that PostgreSQL runs and takes this user, password and "
                                    "address (pg_hba.conf)"});
  }
  report_.ok("store", "PostgreSQL takes us in");
}

void Questions::ask_directory() {
  const DiscoveryConfig& config = config_.discovery;
  if (config.consul.empty()) return report_.ok("discovery", "by lists of the configuration");
  if (config.address.empty()) {
    report_.wrong({.check = "discovery",
                   .setting = "discovery.address",
                   .what = "nobody says by which address the others reach this process",
                   .remedy = "set it to an address or name of this machine"});
  }
  get(config.consul, "/v1/status/leader", [this](const Result<http::Response>& response) {
    const bool has_leader = response && response->status == 200 && response->body.size() > 4;
    if (has_leader) return report_.ok("discovery", "Consul answers and has a leader");
    report_.wrong({.check = "discovery",
                   .setting = "discovery.consul",
                   .what = config_.discovery.consul + ": " +
                           (response ? "Consul has no leader" : response.error().message),
                   .remedy = "start its agent; see the port and discovery.consul_token"});
  });
}

// Whether something takes connections there; what it is, the role itself finds out.
void Questions::ask_places(std::string_view setting, const std::vector<ServicePlace>& places,
                           bool is_http) {
  for (const ServicePlace& place : places) {
    const std::string at = bracketed(place.host) + ":" + std::to_string(place.port);
    get("http://" + at, "/readyz",
        [this, at, is_http, setting = std::string(setting)](const Result<http::Response>& r) {
          // gRPC closes what speaks HTTP/1: it is there.
          const bool is_there = r || (!is_http && !r.error().message.contains("refused") &&
                                      r.error().code != ErrorCode::kTimeout);
          if (is_there) return report_.ok("peers", at + " is there");
          report_.wrong({.check = "peers",
                         .setting = setting,
                         .what = at + ": " + r.error().message,
                         .remedy = "start it, and see addresses and firewalls between the two"});
        });
  }
}

}  // namespace

bool is_running_here(const Config& config, Role role) {
  Report unused;
  const NetworkQuestions none;
  return Questions(config, role, none, unused).is_running();
}

void check_network(const Config& config, Role role, const NetworkQuestions& questions,
                   Report& report) {
  Questions(config, role, questions, report).ask_all();
}

}  // namespace confab::cli
