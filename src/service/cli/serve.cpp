#include "service/cli/serve.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/descriptors.h"
#include "engine/shard_thread.h"
#include "platform/auth/token_signer.h"
#include "platform/clock/clock.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/http/static_files.h"
#include "platform/log/json_log.h"
#include "platform/metrics/exposition.h"
#include "platform/random/secure_random.h"
#include "platform/store/postgres_store.h"
#include "platform/store/sqlite_store.h"
#include "platform/version/version.h"
#include "service/cli/banner.h"
#include "service/cli/data_dir.h"
#include "service/cli/notices.h"
#include "service/cli/signals.h"
#include "service/cli/tls_files.h"
#include "service/cli/web_root.h"
#include "service/media/identity_file.h"
#include "service/media/local_media.h"
#include "service/media/media_metrics.h"
#include "service/rest/rest_api.h"
#include "service/signaling/signaling.h"

namespace confab::cli {
namespace {

http::ServerOptions server_options(const Config& config) {
  const std::size_t descriptors = engine::descriptor_limit();
  http::ServerOptions options;
  options.header_bytes_max = config.http.header_bytes_max;
  options.body_bytes_max = config.http.body_bytes_max;
  // Three of eight descriptors at the most, one of eight for one address: media over TCP has half,
  // the database and the listener below need theirs, however many come by HTTP.
  options.connections_max = std::min<std::size_t>(config.http.connections_max, descriptors * 3 / 8);
  options.connections_per_address_max = std::min<std::size_t>(
      config.http.connections_per_address_max, std::max<std::size_t>(descriptors / 8, 1));
  options.request_timeout = config.http.request_timeout;
  options.idle_timeout = config.http.idle_timeout;
  options.websocket_message_bytes_max = config.socketio.payload_bytes_max;
  options.cors_origins = config.http.cors_origins;
  options.trusted_proxies = config.http.trusted_proxies;
  // A certificate of our own is believed by nobody who could be told to insist on it.
  options.strict_transport = !config.http.tls_certificate.empty();
  return options;
}

// A scrape and a few checks; small enough for the descriptors to be there when all others are not.
http::ServerOptions admin_options(const Config& config) {
  http::ServerOptions options;
  options.connections_max = std::clamp<std::size_t>(engine::descriptor_limit() / 16, 4, 64);
  options.connections_per_address_max = options.connections_max;
  options.hosts = config.admin.hosts;
  return options;
}

void expose_listener(std::string_view listener, const http::HttpServer& server,
                     metrics::Exposition& out) {
  out.gauge("http_connections", "Connections of a listener, WebSockets included.",
            {{"listener", listener}}, static_cast<double>(server.connection_count()));
  const auto refused = [&](std::string_view reason, std::uint64_t count) {
    out.counter("http_refused", "What a listener turned away or closed, by reason.",
                {{"listener", listener}, {"reason", reason}}, count);
  };
  const http::HttpServer::Counts& counts = server.counts();
  refused("connections_full", counts.connections_full);
  refused("connections_address_full", counts.connections_address_full);
  refused("connections_evicted", counts.connections_evicted);
  refused("accept_failures", counts.accept_failures);
  refused("requests_malformed", counts.requests_malformed);
  refused("requests_foreign", counts.requests_foreign);
  refused("inbound_full", counts.inbound_full);
  refused("readers_stuck", counts.readers_stuck);
}

// Standard error may be a pipe that nobody reads.
void say(std::string_view text) {
  write_within(STDERR_FILENO, text, 1s);
}

// Everything `confab serve` runs, in the order in which the parts need each other; destroyed in
// reverse. Members are made by start(), because each of them can fail with a reason.
class AllInOne {
 public:
  AllInOne(Config config, ConfigSource source, http::EventLoop& loop)
      : config_(std::move(config)), source_(std::move(source)), loop_(loop) {}
  ~AllInOne();

  Result<void> start();
  void run();

 private:
  Result<void> open_stores();
  Result<void> open_media();
  void look_at_interfaces();
  Result<void> open_http();
  void serve_web_app();
  void serve_metrics();
  void announce();
  void on_signal(http::Signal signal);
  void reload();
  Result<ConfigChange> take_over(const Config& wanted);
  void drain();
  void stop();

  Config config_;  // reload() changes it; all that refer to it run on the loop's thread
  const ConfigSource source_;
  DataDir data_dir_;
  std::unique_ptr<JsonLog> log_;
  SecureRandom random_;
  http::EventLoop& loop_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<auth::TokenSigner> signer_;
  std::unique_ptr<media::LocalMedia> media_;
  http::LoopTimer interfaces_timer_{loop_};
  std::unique_ptr<http::HttpServer> http_;
  std::unique_ptr<http::HttpServer> admin_;
  std::shared_ptr<const http::StaticFiles> web_app_;  // shared with the fallback handler
  std::unique_ptr<signaling::SignalingService> signaling_;
  std::unique_ptr<rest::RestApi> rest_;
  http::LoopTimer drained_{loop_};
  bool is_stopping_ = false;
  std::optional<Instant> stop_at_;  // set: SIGTERM came, and meetings go on until then
  Banner banner_;
};

Result<void> AllInOne::start() {
  auto data_dir = DataDir::open(config_.data_dir);
  if (!data_dir) return std::unexpected(data_dir.error());
  data_dir_ = std::move(*data_dir);
  auto log = make_json_log({.service = "confab",
                            .level = config_.log.level,
                            .show_private = config_.log.show_private,
                            .file = config_.log.file});
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  if (auto opened = open_stores(); !opened) return opened;
  if (auto opened = open_media(); !opened) return opened;
  if (auto opened = open_http(); !opened) return opened;
  announce();
  return {};
}

Result<void> AllInOne::open_stores() {
  const auto post = [this](auto task) { loop_.post(std::move(task)); };
  const std::string& url = config_.database.url;
  auto store = url.empty() ? store::open_sqlite_store(config_.data_dir + "/confab.db", post, *log_)
                           : store::open_postgres_store(url, post, *log_);
  if (!store) return std::unexpected(store.error());
  store_ = std::move(*store);
  auto signer = auth::TokenSigner::open(config_.data_dir + "/token.key", random_);
  if (!signer) return std::unexpected(signer.error());
  signer_ = std::make_unique<auth::TokenSigner>(std::move(*signer));
  return {};
}

Result<void> AllInOne::open_media() {
  auto identity = media::load_or_make_identity(config_.data_dir + "/dtls.pem");
  if (!identity) return std::unexpected(identity.error());
  media::Surroundings surroundings;
  surroundings.tell = [](const std::string& sentence) { say("confab: " + sentence + "\n"); };
  auto media = media::LocalMedia::start(
      config_.media, config_.node, std::move(*identity), *log_,
      [this](auto task) { loop_.post(std::move(task)); }, std::move(surroundings));
  if (!media) return std::unexpected(media.error());
  media_ = std::move(*media);
  look_at_interfaces();
  // Two hundred who join at once are a lot of JSON; the packets of those who talk do not wait for
  // it.
  engine::let_shards_go_first();
  return {};
}

// Addresses come and go: a cable, a VPN, IPv6 that was not ready at start.
void AllInOne::look_at_interfaces() {
  constexpr Duration kInterval = 2s;
  interfaces_timer_.set(monotonic_now() + kInterval, [this] {
    media_->look_at_interfaces();
    look_at_interfaces();
  });
}

Result<void> AllInOne::open_http() {
  http_ = std::make_unique<http::HttpServer>(loop_, server_options(config_), *log_);
  signaling_ = std::make_unique<signaling::SignalingService>(config_, loop_, *http_, *media_,
                                                             *store_, *signer_, random_, *log_);
  media_->set_listener(*signaling_);
  rest_ = std::make_unique<rest::RestApi>(
      config_, loop_, *http_, *store_, *signer_, random_, *log_,
      [this](std::string_view code, rest::RestApi::CountAnswer answer) {
        answer(signaling_->participants_in(code));
      });
  serve_web_app();
  auto listening = http_->listen(config_.http.listen);
  if (!listening) return std::unexpected(listening.error());
  banner_.http = *listening;
  if (config_.http.tls) {
    auto files = tls_files(config_, media_->announced().addresses);
    if (!files) return std::unexpected(files.error());
    auto listening_tls = http_->listen_tls(config_.http.tls_listen, *files);
    if (!listening_tls) return std::unexpected(listening_tls.error());
    banner_.https = *listening_tls;
    banner_.certificate_is_ours = config_.http.tls_certificate.empty();
  }
  serve_metrics();
  auto admin = admin_->listen(config_.admin.listen);
  if (!admin) return std::unexpected(admin.error());
  return {};
}

void AllInOne::serve_web_app() {
  const std::string root = find_web_root(config_.http.web_root);
  const auto text = std::make_shared<const std::string>(notices(root));  // shared with answers
  http_->route(http::Method::kGet, "/notices", [text](http::Request, http::Responder responder) {
    http::Response response = http::Response::text(200, {});
    response.shared_body = text;
    responder.send(std::move(response));
  });
  auto files = http::StaticFiles::load(root);
  banner_.has_web_app = files.has_value();
  if (!files) {
    log_->write(LogLevel::kWarn, "web_app_missing", {{"reason", files.error().message}});
    return;
  }
  web_app_ = std::make_shared<const http::StaticFiles>(std::move(*files));
  http_->fallback([app = web_app_](http::Request request, http::Responder responder) {
    responder.send(app->serve(request));
  });
}

void AllInOne::serve_metrics() {
  admin_ = std::make_unique<http::HttpServer>(loop_, admin_options(config_), *log_);
  admin_->route(http::Method::kGet, "/metrics", [this](http::Request, http::Responder responder) {
    auto answer = std::make_shared<http::Responder>(std::move(responder));
    media_->ask_snapshots([this, answer](const std::vector<media::ShardSnapshot>& shards) {
      metrics::Exposition out;
      media::expose(shards, out);
      signaling_->expose(out);
      rest_->expose(out);
      expose_listener("public", *http_, out);
      expose_listener("admin", *admin_, out);
      out.counter("log_lines_lost", "Log lines that nobody took.", {}, log_->lines_lost());
      http::Response response = http::Response::text(200, out.text());
      response.headers = {{"Content-Type", std::string(metrics::Exposition::kContentType)}};
      answer->send(std::move(response));
    });
  });
  admin_->route(http::Method::kGet, "/livez", [](http::Request, http::Responder responder) {
    responder.send(http::Response::json(200, R"({"status":"ok"})"));
  });
}

void AllInOne::announce() {
  banner_.media = media_->announced().addresses;
  banner_.media_port_first = config_.media.port;
  banner_.shards = media_->shards();
  say(banner_text(banner_));
  for (const std::string& warning : data_dir_.warnings()) {
    log_->write(LogLevel::kWarn, "data_folder_open", {{"warning", warning}});
    say("  note: " + warning + "\n");
  }
  for (const std::string& warning : media_->announced().warnings) {
    log_->write(LogLevel::kWarn, "announced_addresses", {{"warning", Private{warning}}});
    say("  note: " + warning + "\n");
  }
  const media::ShardHost& shard = media_->shard(0);
  if (static_cast<std::size_t>(shard.receive_buffer_bytes()) < config_.media.receive_buffer_bytes) {
    log_->write(LogLevel::kWarn, "receive_buffer_small",
                {{"bytes", shard.receive_buffer_bytes()},
                 {"remedy", "sysctl -w net.core.rmem_max=8388608"}});
  }
  log_->write(LogLevel::kInfo, "serving",
              {{"build", build_id()},
               {"http_port", banner_.http.port},
               {"media_port", config_.media.port},
               {"shards", media_->shards()},
               {"udp_gso", shard.has_gso()}});
}

void AllInOne::run() {
  http::on_signal(loop_, [this](http::Signal signal) { on_signal(signal); });
  loop_.run();
}

void AllInOne::on_signal(http::Signal signal) {
  if (signal == http::Signal::kReload && !is_terminal_gone()) return reload();
  // A second SIGTERM does not wait for the meetings.
  if (stop_at_ || config_.drain == Duration::zero()) return stop();
  stop_at_ = monotonic_now() + config_.drain;
  log_->write(LogLevel::kInfo, "draining", {{"seconds", to_seconds(config_.drain)}});
  rest_->close();
  drain();
}

void AllInOne::drain() {
  constexpr Duration kLook = 500ms;
  if (signaling_->participants() == 0 || monotonic_now() >= *stop_at_) return stop();
  drained_.set(monotonic_now() + kLook, [this] { drain(); });
}

void AllInOne::reload() {
  const auto loaded = source_();
  const auto change = loaded ? take_over(loaded->config) : std::unexpected(loaded.error());
  if (!change) {
    log_->write(LogLevel::kError, "reload_refused", {{"reason", change.error().message}});
    return;
  }
  signaling_->config_changed();
  log_->write(LogLevel::kInfo, "reloaded", {{"changed", change->taken}});
  if (change->at_next_start.empty()) return;
  log_->write(LogLevel::kWarn, "reload_needs_restart", {{"unchanged", change->at_next_start}});
}

// What can fail comes first, so that a bad configuration changes nothing.
Result<ConfigChange> AllInOne::take_over(const Config& wanted) {
  auto log_target = open_log_target(wanted.log.file);
  if (!log_target) return std::unexpected(log_target.error());
  if (config_.http.tls) {
    auto files = tls_files(wanted, media_->announced().addresses);
    if (!files) return std::unexpected(files.error());
    if (auto used = http_->use_certificate(*files); !used) return std::unexpected(used.error());
  }
  // Also where the name is the same: the file may have been moved away.
  log_->redirect(std::move(*log_target));
  log_->set_level(wanted.log.level);
  log_->set_show_private(wanted.log.show_private);
  return take_over_config(config_, wanted);
}

void AllInOne::stop() {
  if (std::exchange(is_stopping_, true)) return;
  drained_.cancel();
  log_->write(LogLevel::kInfo, "stopping", {});
  rest_->close();
  signaling_->stop([this] {
    http_->stop();
    admin_->stop();
    loop_.stop();
  });
}

AllInOne::~AllInOne() {
  // The shards' threads post to the loop until they are gone; the rest follows in reverse order.
  if (log_ != nullptr) log_->write(LogLevel::kInfo, "stopped", {});
}

}  // namespace

int serve(Config config, ConfigSource source) {
  ignore_deadly_signals();
  auto loop = http::EventLoop::make();
  if (!loop) {
    say("confab: " + loop.error().message + "\n");
    return 1;
  }
  AllInOne server(std::move(config), std::move(source), **loop);
  if (auto started = server.start(); !started) {
    say("confab: " + started.error().message + "\n");
    return 1;
  }
  server.run();
  return 0;
}

}  // namespace confab::cli
