#include "service/cli/roles/logs.h"

#include <memory>
#include <string>
#include <utility>

#include "platform/random/secure_random.h"
#include "platform/version/version.h"
#include "service/cli/parts/admin_door.h"
#include "service/cli/parts/data_dir.h"
#include "service/cli/parts/http_options.h"
#include "service/cli/parts/membership.h"
#include "service/cli/parts/public_door.h"
#include "service/cli/parts/role_process.h"
#include "service/cli/parts/web_app.h"
#include "service/rest/logs/logs_api.h"

namespace confab::cli {
namespace {

class LogsProcess {
 public:
  LogsProcess(Config config, ConfigSource source, http::EventLoop& loop)
      : config_(std::move(config)), source_(std::move(source)), loop_(loop) {}
  ~LogsProcess() {
    if (log_ != nullptr) log_->write(LogLevel::kInfo, "stopped", {});
  }

  Result<void> start();
  void run() { Lifecycle(Role::kLogs, config_, source_, loop_, *log_, hooks()).run(); }

 private:
  void open_door();
  void open_admin();
  void announce();
  Lifecycle::Hooks hooks();
  const std::string& folder() const {
    return config_.logs.dir.empty() ? config_.log.dir : config_.logs.dir;
  }

  Config config_;
  const ConfigSource source_;
  http::EventLoop& loop_;
  DataDir data_dir_;
  std::unique_ptr<JsonLog> log_;
  SecureRandom random_;
  std::unique_ptr<Membership> membership_;
  std::unique_ptr<PublicDoor> door_;
  std::unique_ptr<AdminDoor> admin_;
  std::unique_ptr<logs::LogsApi> api_;
};

Result<void> LogsProcess::start() {
  // What it keeps is a certificate of its own, where it is to have one.
  if (config_.http.tls && config_.http.tls_certificate.empty()) {
    auto data_dir = DataDir::open(config_.data_dir);
    if (!data_dir) return std::unexpected(data_dir.error());
    data_dir_ = std::move(*data_dir);
  }
  auto log = open_log(config_, "logs");
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  auto membership = Membership::open(config_, {}, loop_, *log_);
  if (!membership) return std::unexpected(membership.error());
  membership_ = std::move(*membership);
  open_door();
  if (!serve_log_viewer(config_, door_->server(), *log_)) {
    return fail(ErrorCode::kNotFound,
                "there is no built web app: name its folder in http.web_root (--web-root)");
  }
  open_admin();
  if (auto listening = door_->listen({}); !listening) return listening;
  const auto admin = admin_->listen();
  if (!admin) return std::unexpected(admin.error());
  announce();
  // Asked at the admin listener: the public one answers to its own names alone.
  return membership_->announce({.service = kLogService,
                                .port = door_->http().port,
                                .health = *admin,
                                .admin = admin_->endpoint(),
                                .boot = random_.u64(),
                                .meta = {}});
}

void LogsProcess::open_door() {
  http::ServerOptions options = public_options(config_);
  options.hosts = config_.logs.hosts;
  // Those are for the API of rooms: no page of another site has a reason to read log lines.
  options.cors_origins.clear();
  door_ = std::make_unique<PublicDoor>(config_, loop_, *log_, options);
  api_ =
      std::make_unique<logs::LogsApi>(logs::Setup{.folder = folder(), .token = config_.logs.token},
                                      loop_, door_->server(), random_, *log_);
  door_->server().route(http::Method::kGet, "/livez",
                        [](const http::Request&, http::Responder responder) {
                          responder.send(http::Response::json(200, R"({"status":"ok"})"));
                        });
  for (const char* path : {"/readyz", "/health"}) {
    door_->server().route(http::Method::kGet, path,
                          [this](const http::Request&, http::Responder responder) {
                            const std::string status(api_->readiness());
                            responder.send(http::Response::json(
                                status == "ok" ? 200 : 503, R"({"status":")" + status + R"("})"));
                          });
  }
}

void LogsProcess::open_admin() {
  AdminDoor::Answers answers;
  answers.ready = [this](std::move_only_function<void(std::string_view)> answer) {
    answer(api_->readiness());
  };
  answers.metrics = [this](std::move_only_function<void(metrics::Exposition&)> done) {
    metrics::Exposition out;
    api_->expose(out);
    membership_->expose(out);
    expose_listener("public", door_->server(), out);
    done(out);
  };
  admin_ = std::make_unique<AdminDoor>(config_, Role::kLogs, loop_, *log_, std::move(answers));
}

void LogsProcess::announce() {
  const Endpoint& http = door_->http();
  say("confab logs: " + folder() + " on http://" + http.to_string() + "/\n");
  if (!http.address.is_loopback() && !config_.http.tls && config_.http.trusted_proxies.empty()) {
    log_->write(LogLevel::kWarn, "token_in_clear",
                {{"remedy", "set http.tls, or put a proxy with TLS in front"}});
  }
  log_->write(LogLevel::kInfo, "serving",
              {{"build", build_id()},
               {"role", role_name(Role::kLogs)},
               {"http_port", http.port},
               {"asks_for_token", !config_.logs.token.empty()}});
}

Lifecycle::Hooks LogsProcess::hooks() {
  return {.prepare = [this](const Config& wanted) { return door_->use_certificate(wanted, {}); },
          .config_changed = nullptr,
          .drain =
              [this] {
                membership_->drain();
                api_->drain();
              },
          .is_drained = [this] { return api_->readers() == 0; },
          .stop =
              [this](http::Task done) {
                api_->drain();
                membership_->leave([this, done = std::move(done)]() mutable {
                  door_->stop();
                  admin_->stop();
                  done();
                });
              },
          .membership = membership_.get()};
}

}  // namespace

int logs(Config config, ConfigSource source) {
  return run_process<LogsProcess>(std::move(config), std::move(source));
}

}  // namespace confab::cli
