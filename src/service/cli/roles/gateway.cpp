#include "service/cli/roles/gateway.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/random/secure_random.h"
#include "platform/version/version.h"
#include "service/cli/parts/admin_door.h"
#include "service/cli/parts/data_dir.h"
#include "service/cli/parts/directory.h"
#include "service/cli/parts/http_options.h"
#include "service/cli/parts/membership.h"
#include "service/cli/parts/public_door.h"
#include "service/cli/parts/role_process.h"
#include "service/cli/parts/shared_limits.h"
#include "service/cli/parts/web_app.h"
#include "service/gateway/gateway.h"
#include "service/gateway/scrape_targets.h"

namespace confab::cli {
namespace {

// In the order in which the parts need each other; destroyed in reverse.
class GatewayProcess {
 public:
  GatewayProcess(Config config, ConfigSource source, http::EventLoop& loop)
      : config_(std::move(config)), source_(std::move(source)), loop_(loop) {}

  Result<void> start();
  void run() { Lifecycle(Role::kGateway, config_, source_, loop_, *log_, hooks()).run(); }

 private:
  Result<void> open_membership();
  void open_doors();
  Result<void> listen();
  Result<void> announce();
  Lifecycle::Hooks hooks();

  Config config_;  // SIGHUP changes it; all that refer to it run on the loop's thread
  const ConfigSource source_;
  http::EventLoop& loop_;
  DataDir data_dir_;
  std::unique_ptr<JsonLog> log_;
  SecureRandom random_;
  std::unique_ptr<Membership> membership_;
  std::unique_ptr<SharedLimits> shared_limits_;
  std::unique_ptr<PublicDoor> door_;
  std::unique_ptr<AdminDoor> admin_;
  std::unique_ptr<gateway::Gateway> gateway_;
  gateway::ScrapeTargets scrape_targets_;
};

Result<void> GatewayProcess::start() {
  // What it keeps is a certificate of its own, where it is to have one.
  if (config_.http.tls && config_.http.tls_certificate.empty()) {
    auto data_dir = DataDir::open(config_.data_dir);
    if (!data_dir) return std::unexpected(data_dir.error());
    data_dir_ = std::move(*data_dir);
  }
  auto log = open_log(config_, kGatewayService);
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  if (auto opened = open_membership(); !opened) return opened;
  auto shared = SharedLimits::open(config_, Role::kGateway, loop_, *log_);
  if (!shared) return std::unexpected(shared.error());
  shared_limits_ = std::move(*shared);
  open_doors();
  if (auto listening = listen(); !listening) return listening;
  return announce();
}

Result<void> GatewayProcess::open_membership() {
  if (config_.discovery.consul.empty() && config_.gateway.signaling.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "nobody says where the signaling nodes are: set gateway.signaling "
                "(--gateway-signaling host:port,...) or discovery.consul");
  }
  const StaticService signaling{kSignalingService, config_.gateway.signaling};
  auto membership = Membership::open(config_, {&signaling, 1}, loop_, *log_);
  if (!membership) return std::unexpected(membership.error());
  membership_ = std::move(*membership);
  return {};
}

void GatewayProcess::open_doors() {
  door_ = std::make_unique<PublicDoor>(config_, loop_, *log_);
  shared_limits_->guard(*door_);
  gateway_ = std::make_unique<gateway::Gateway>(
      gateway::Options{.service = std::string(kSignalingService),
                       .connect_timeout = config_.gateway.connect_timeout,
                       .idle_timeout = config_.gateway.idle_timeout,
                       .answer_timeout = config_.gateway.answer_timeout},
      loop_, door_->server(), membership_->directory(), random_, *log_);
  gateway_->serve_health(door_->server());
  serve_web_app(config_, door_->server(), *log_);
  AdminDoor::Answers answers;
  answers.ready = [this](std::move_only_function<void(std::string_view)> answer) {
    answer(gateway_->readiness());
  };
  answers.metrics = [this](std::move_only_function<void(metrics::Exposition&)> done) {
    metrics::Exposition out;
    gateway_->expose(out);
    shared_limits_->expose(out);
    membership_->expose(out);
    expose_listener("public", door_->server(), out);
    done(out);
  };
  admin_ = std::make_unique<AdminDoor>(config_, Role::kGateway, loop_, *log_, std::move(answers));
  for (const std::string_view service :
       {kGatewayService, kSignalingService, kMediaService, kWebService, kLogService}) {
    membership_->directory().watch(
        std::string(service), [this, service](const std::vector<discovery::Instance>& instances) {
          scrape_targets_.set(service, instances);
        });
  }
  scrape_targets_.serve(admin_->server());
}

Result<void> GatewayProcess::listen() {
  if (auto listening = door_->listen({}); !listening) return listening;
  const auto admin = admin_->listen();
  if (!admin) return std::unexpected(admin.error());
  log_->write(LogLevel::kInfo, "serving",
              {{"build", build_id()},
               {"role", role_name(Role::kGateway)},
               {"http_port", door_->http().port},
               {"admin_port", admin->port}});
  return {};
}

Result<void> GatewayProcess::announce() {
  return membership_->announce({.service = kGatewayService,
                                .port = door_->http().port,
                                .health = door_->http(),
                                .admin = admin_->endpoint(),
                                .boot = random_.u64(),
                                .meta = {}});
}

Lifecycle::Hooks GatewayProcess::hooks() {
  return {.prepare = [this](const Config& wanted) { return door_->use_certificate(wanted, {}); },
          .config_changed = nullptr,
          .drain =
              [this] {
                gateway_->drain();
                membership_->drain();
              },
          .is_drained = [this] { return gateway_->open_tunnels() == 0; },
          .stop =
              [this](http::Task done) {
                gateway_->stop();
                membership_->leave([this, done = std::move(done)]() mutable {
                  door_->stop();
                  admin_->stop();
                  done();
                });
              },
          .membership = membership_.get()};
}

}  // namespace

int gateway(Config config, ConfigSource source) {
  return run_process<GatewayProcess>(std::move(config), std::move(source));
}

}  // namespace confab::cli
