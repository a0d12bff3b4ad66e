#include "service/cli/roles/signaling.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "platform/auth/token_signer.h"
#include "platform/random/secure_random.h"
#include "platform/version/version.h"
#include "rtc/ortc/capabilities_hash.h"
#include "rtc/ortc/router_capabilities.h"
#include "service/cli/parts/admin_door.h"
#include "service/cli/parts/data_dir.h"
#include "service/cli/parts/http_options.h"
#include "service/cli/parts/public_door.h"
#include "service/cli/parts/role_process.h"
#include "service/cli/parts/rpc_credentials.h"
#include "service/cli/parts/stores.h"
#include "service/media_rpc/media_cluster.h"
#include "service/rest/rest_api.h"
#include "service/signaling/signaling.h"

namespace confab::cli {
namespace {

class SignalingRole {
 public:
  SignalingRole(Config config, ConfigSource source, http::EventLoop& loop)
      : config_(std::move(config)), source_(std::move(source)), loop_(loop) {}
  ~SignalingRole() {
    if (log_ != nullptr) log_->write(LogLevel::kInfo, "stopped", {});
  }

  Result<void> start();
  void run();

 private:
  Result<void> open_stores();
  Result<void> open_media();
  Result<void> open_http();
  Result<void> open_admin();
  void announce();
  void stop(http::Task done);

  Config config_;
  const ConfigSource source_;
  DataDir data_dir_;
  std::unique_ptr<JsonLog> log_;
  SecureRandom random_;
  http::EventLoop& loop_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<auth::TokenSigner> signer_;
  std::unique_ptr<media_rpc::MediaCluster> media_;
  std::unique_ptr<PublicDoor> door_;
  std::unique_ptr<AdminDoor> admin_;
  std::unique_ptr<signaling::SignalingService> signaling_;
  std::unique_ptr<rest::RestApi> rest_;
};

Result<void> SignalingRole::start() {
  auto data_dir = DataDir::open(config_.data_dir);
  if (!data_dir) return std::unexpected(data_dir.error());
  data_dir_ = std::move(*data_dir);
  auto log = open_log(config_, "signaling");
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  for (const auto step : {&SignalingRole::open_stores, &SignalingRole::open_media,
                          &SignalingRole::open_http, &SignalingRole::open_admin}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  announce();
  return {};
}

Result<void> SignalingRole::open_stores() {
  auto store = open_store(config_, loop_, *log_);
  if (!store) return std::unexpected(store.error());
  store_ = std::move(*store);
  auto signer = auth::TokenSigner::from_hex(config_.auth.token_key);
  if (!signer) return std::unexpected(signer.error());
  signer_ = std::make_unique<auth::TokenSigner>(std::move(*signer));
  return {};
}

Result<void> SignalingRole::open_media() {
  auto credentials = rpc_credentials(config_.rpc);
  if (!credentials) return std::unexpected(credentials.error());
  control::OwnerHello self;
  self.node = config_.node;
  self.boot = random_.u64();
  self.codec_hash =
      ortc::capabilities_hash(*ortc::router_capabilities(ortc::default_router_codecs()));
  self.region = config_.discovery.region;
  media_ = std::make_unique<media_rpc::MediaCluster>(loop_, *credentials, self, *log_);
  std::vector<media_rpc::MediaCluster::Node> nodes;
  for (const ServicePlace& place : config_.rpc.media_nodes) {
    const bool is_v6 = place.host.contains(':');
    const std::string host = is_v6 ? "[" + place.host + "]" : place.host;
    nodes.push_back({*place.node, host + ":" + std::to_string(place.port)});
  }
  media_->set_nodes(nodes);
  return {};
}

Result<void> SignalingRole::open_http() {
  door_ = std::make_unique<PublicDoor>(config_, loop_, *log_);
  signaling_ = std::make_unique<signaling::SignalingService>(
      config_, loop_, door_->server(), *media_, *store_, *signer_, random_, *log_);
  media_->set_listener(*signaling_);
  rest_ = std::make_unique<rest::RestApi>(
      config_, loop_, door_->server(), *store_, *signer_, random_, *log_,
      [this](std::string_view code, rest::RestApi::CountAnswer answer) {
        answer(signaling_->participants_in(code));
      });
  return door_->listen({});
}

Result<void> SignalingRole::open_admin() {
  AdminDoor::Answers answers;
  answers.ready = [this](auto answer) {
    if (!media_->is_ready()) return answer("media_unavailable");
    rest_->ask_ready(std::move(answer));
  };
  answers.metrics = [this](auto done) {
    metrics::Exposition out;
    signaling_->expose(out);
    rest_->expose(out);
    media_->expose(out);
    expose_listener("public", door_->server(), out);
    done(out);
  };
  admin_ = std::make_unique<AdminDoor>(config_, Role::kSignaling, loop_, *log_, std::move(answers));
  const auto listening = admin_->listen();
  return listening ? Result<void>{} : std::unexpected(listening.error());
}

void SignalingRole::announce() {
  say("confab signaling: node " + std::to_string(config_.node) + ", HTTP and Socket.IO on " +
      door_->http().to_string() + "\n");
  for (const std::string& warning : data_dir_.warnings()) {
    log_->write(LogLevel::kWarn, "data_folder_open", {{"warning", warning}});
  }
  log_->write(LogLevel::kInfo, "serving",
              {{"build", build_id()},
               {"http_port", door_->http().port},
               {"media_nodes", config_.rpc.media_nodes.size()}});
}

void SignalingRole::run() {
  Lifecycle::Hooks hooks;
  hooks.prepare = [this](const Config& wanted) -> Result<void> {
    const auto credentials = renewed_credentials(config_.rpc, wanted.rpc);
    if (!credentials) return std::unexpected(credentials.error());
    if (auto used = door_->use_certificate(wanted, {}); !used) return used;
    media_->use_credentials(*credentials);
    return {};
  };
  hooks.config_changed = [this] { signaling_->config_changed(); };
  hooks.drain = [this] { rest_->close(); };
  hooks.is_drained = [this] { return signaling_->participants() == 0; };
  hooks.stop = [this](http::Task done) { stop(std::move(done)); };
  Lifecycle(config_, source_, loop_, *log_, std::move(hooks)).run();
}

void SignalingRole::stop(http::Task done) {
  rest_->close();
  // Shared: what signaling calls is copied.
  const auto end = std::make_shared<http::Task>(std::move(done));
  signaling_->stop([this, end] {
    door_->stop();
    admin_->stop();
    (*end)();
  });
}

}  // namespace

int signaling(Config config, ConfigSource source) {
  return run_process<SignalingRole>(std::move(config), std::move(source));
}

}  // namespace confab::cli
