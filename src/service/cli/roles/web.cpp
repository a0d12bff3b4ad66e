#include "service/cli/roles/web.h"

#include <memory>
#include <string>
#include <string_view>
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

namespace confab::cli {
namespace {

class WebProcess {
 public:
  WebProcess(Config config, ConfigSource source, http::EventLoop& loop)
      : config_(std::move(config)), source_(std::move(source)), loop_(loop) {}

  Result<void> start();
  void run() { Lifecycle(Role::kWeb, config_, source_, loop_, *log_, hooks()).run(); }

 private:
  void serve_health();
  void open_admin();
  Lifecycle::Hooks hooks();

  Config config_;
  const ConfigSource source_;
  http::EventLoop& loop_;
  DataDir data_dir_;
  std::unique_ptr<JsonLog> log_;
  SecureRandom random_;
  std::unique_ptr<Membership> membership_;
  std::unique_ptr<PublicDoor> door_;
  std::unique_ptr<AdminDoor> admin_;
  bool is_draining_ = false;
};

Result<void> WebProcess::start() {
  // What it keeps is a certificate of its own, where it is to have one.
  if (config_.http.tls && config_.http.tls_certificate.empty()) {
    auto data_dir = DataDir::open(config_.data_dir);
    if (!data_dir) return std::unexpected(data_dir.error());
    data_dir_ = std::move(*data_dir);
  }
  auto log = open_log(config_, "web");
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  auto membership = Membership::open(config_, {}, loop_, *log_);
  if (!membership) return std::unexpected(membership.error());
  membership_ = std::move(*membership);
  door_ = std::make_unique<PublicDoor>(config_, loop_, *log_);
  if (!serve_web_app(config_, door_->server(), *log_)) {
    return fail(ErrorCode::kNotFound,
                "there is no built web app: name its folder in http.web_root (--web-root)");
  }
  serve_health();
  open_admin();
  if (auto listening = door_->listen({}); !listening) return listening;
  if (const auto admin = admin_->listen(); !admin) return std::unexpected(admin.error());
  log_->write(
      LogLevel::kInfo, "serving",
      {{"build", build_id()}, {"role", role_name(Role::kWeb)}, {"http_port", door_->http().port}});
  return membership_->announce({.service = kWebService,
                                .port = door_->http().port,
                                .health = door_->http(),
                                .admin = admin_->endpoint(),
                                .boot = random_.u64(),
                                .meta = {}});
}

// For the front door, and for the directory, to see that it is there.
void WebProcess::serve_health() {
  const auto answer = [](http::Responder& responder, unsigned code, std::string_view word) {
    responder.send(http::Response::json(code, R"({"status":")" + std::string(word) + R"("})"));
  };
  for (const char* path : {"/livez", "/health"}) {
    door_->server().route(http::Method::kGet, path,
                          [answer](const http::Request&, http::Responder responder) {
                            answer(responder, 200, "ok");
                          });
  }
  door_->server().route(http::Method::kGet, "/readyz",
                        [this, answer](const http::Request&, http::Responder responder) {
                          if (is_draining_) return answer(responder, 503, "draining");
                          answer(responder, 200, "ok");
                        });
}

void WebProcess::open_admin() {
  AdminDoor::Answers answers;
  answers.ready = [this](std::move_only_function<void(std::string_view)> answer) {
    answer(is_draining_ ? "draining" : "ok");
  };
  answers.metrics = [this](std::move_only_function<void(metrics::Exposition&)> done) {
    metrics::Exposition out;
    membership_->expose(out);
    expose_listener("public", door_->server(), out);
    done(out);
  };
  admin_ = std::make_unique<AdminDoor>(config_, Role::kWeb, loop_, *log_, std::move(answers));
}

Lifecycle::Hooks WebProcess::hooks() {
  return {.prepare = [this](const Config& wanted) { return door_->use_certificate(wanted, {}); },
          .config_changed = nullptr,
          .drain =
              [this] {
                is_draining_ = true;
                membership_->drain();
              },
          // Whoever asks for a file has it at once; what is waited for is that nobody is sent here.
          .is_drained = [] { return false; },
          .stop =
              [this](http::Task done) {
                membership_->leave([this, done = std::move(done)]() mutable {
                  door_->stop();
                  admin_->stop();
                  done();
                });
              },
          .membership = membership_.get()};
}

}  // namespace

int web(Config config, ConfigSource source) {
  return run_process<WebProcess>(std::move(config), std::move(source));
}

}  // namespace confab::cli
