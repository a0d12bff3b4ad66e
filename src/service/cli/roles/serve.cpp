#include "service/cli/roles/serve.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/auth/token_signer.h"
#include "platform/random/secure_random.h"
#include "platform/version/version.h"
#include "service/cli/parts/access_parts.h"
#include "service/cli/parts/admin_door.h"
#include "service/cli/parts/banner.h"
#include "service/cli/parts/data_dir.h"
#include "service/cli/parts/http_options.h"
#include "service/cli/parts/media_plane.h"
#include "service/cli/parts/media_service_door.h"
#include "service/cli/parts/nodes_api.h"
#include "service/cli/parts/public_door.h"
#include "service/cli/parts/role_process.h"
#include "service/cli/parts/shared_limits.h"
#include "service/cli/parts/stores.h"
#include "service/cli/parts/web_app.h"
#include "service/media/media_metrics.h"
#include "service/rest/rest_api.h"
#include "service/signaling/signaling.h"

namespace confab::cli {
namespace {

// Everything `confab serve` runs, in the order in which the parts need each other; destroyed in
// reverse. Members are made by start(), because each of them can fail with a reason.
class AllInOne final : private NodesApi::Nodes {
 public:
  AllInOne(Config config, ConfigSource source, http::EventLoop& loop)
      : config_(std::move(config)), source_(std::move(source)), loop_(loop) {}
  ~AllInOne() override;

  Result<void> start();
  void run();

 private:
  Result<void> open_stores();
  Result<void> open_http();
  Result<void> open_service();
  void open_admin();
  void announce();
  Lifecycle::Hooks hooks();
  void stop(http::Task done);

  std::vector<NodesApi::Node> nodes() const override;
  // There is nowhere to take its meetings: they go on, and new rooms are made elsewhere.
  void drain(std::uint16_t number, std::optional<Duration> deadline,
             NodesApi::Answer answer) override;
  void set_draining(bool is_draining, bool stays_ready = false);

  Config config_;  // SIGHUP changes it; all that refer to it run on the loop's thread
  const ConfigSource source_;
  DataDir data_dir_;
  std::unique_ptr<JsonLog> log_;
  SecureRandom random_;
  http::EventLoop& loop_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<auth::TokenSigner> signer_;
  std::unique_ptr<MediaPlane> plane_;
  std::unique_ptr<SharedLimits> shared_limits_;
  std::unique_ptr<PublicDoor> door_;
  std::unique_ptr<AdminDoor> admin_;
  std::unique_ptr<AccessParts> access_;
  std::unique_ptr<signaling::SignalingService> signaling_;
  std::unique_ptr<rest::RestApi> rest_;
  std::unique_ptr<media_compat::MediaService> service_;  // where it is wanted
  std::unique_ptr<NodesApi> nodes_api_;
  bool is_draining_ = false;
  bool is_ending_ = false;
  Banner banner_;
};

Result<void> AllInOne::start() {
  auto data_dir = DataDir::open(config_.data_dir);
  if (!data_dir) return std::unexpected(data_dir.error());
  data_dir_ = std::move(*data_dir);
  auto log = open_log(config_, "confab");
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  if (auto opened = open_stores(); !opened) return opened;
  auto plane = MediaPlane::open(config_, loop_, *log_);
  if (!plane) return std::unexpected(plane.error());
  plane_ = std::move(*plane);
  if (auto opened = open_http(); !opened) return opened;
  if (auto opened = open_service(); !opened) return opened;
  announce();
  return {};
}

Result<void> AllInOne::open_stores() {
  auto store = open_store(config_, loop_, *log_);
  if (!store) return std::unexpected(store.error());
  store_ = std::move(*store);
  auto signer = auth::TokenSigner::open(config_.data_dir + "/token.key", random_);
  if (!signer) return std::unexpected(signer.error());
  signer_ = std::make_unique<auth::TokenSigner>(std::move(*signer));
  return {};
}

Result<void> AllInOne::open_http() {
  media::SharedMedia::User& media = plane_->add_user();
  auto shared = SharedLimits::open(config_, Role::kServe, loop_, *log_);
  if (!shared) return std::unexpected(shared.error());
  shared_limits_ = std::move(*shared);
  door_ = std::make_unique<PublicDoor>(config_, loop_, *log_);
  shared_limits_->guard(*door_);
  access_ = std::make_unique<AccessParts>(config_, loop_, door_->server(), *store_, *signer_,
                                          random_, *log_);
  signaling_ = std::make_unique<signaling::SignalingService>(config_, loop_, door_->server(), media,
                                                             *store_, *signer_, random_, *log_);
  media.set_listener(*signaling_);
  access_->guard(*signaling_);
  shared_limits_->guard(access_->access());
  NodesApi::Nodes& known = *this;
  nodes_api_ = std::make_unique<NodesApi>(access_->access(), known, door_->server());
  rest_ = std::make_unique<rest::RestApi>(config_, loop_, door_->server(), *store_);
  banner_.has_web_app = serve_web_app(config_, door_->server(), *log_);
  const auto addresses = plane_->media().announced().addresses;
  if (auto listening = door_->listen(addresses); !listening) return listening;
  banner_.http = door_->http();
  banner_.https = door_->https();
  banner_.certificate_is_ours = config_.http.tls_certificate.empty();
  open_admin();
  const auto admin = admin_->listen();
  return admin ? Result<void>{} : std::unexpected(admin.error());
}

Result<void> AllInOne::open_service() {
  auto service = open_media_service(config_, loop_, *plane_, random_, *log_);
  if (!service) return std::unexpected(service.error());
  service_ = std::move(*service);
  return {};
}

void AllInOne::open_admin() {
  AdminDoor::Answers answers;
  answers.ready = [this](auto answer) { rest_->ask_ready(std::move(answer)); };
  answers.metrics = [this](auto done) {
    // Shared: what the shards are asked with is copied.
    const auto answer = std::make_shared<decltype(done)>(std::move(done));
    plane_->media().ask_snapshots([this, answer](const std::vector<media::ShardSnapshot>& shards) {
      metrics::Exposition out;
      media::expose(shards, out);
      signaling_->expose(out);
      access_->expose(out);
      shared_limits_->expose(out);
      expose_listener("public", door_->server(), out);
      if (service_ != nullptr) {
        service_->expose(out);
        expose_listener("media_service", service_->http_server(), out);
      }
      (*answer)(out);
    });
  };
  admin_ = std::make_unique<AdminDoor>(config_, Role::kServe, loop_, *log_, std::move(answers));
}

void AllInOne::announce() {
  const media::LocalMedia& media = plane_->media();
  banner_.media = media.announced().addresses;
  banner_.media_port_first = config_.media.port;
  banner_.shards = media.shards();
  say(banner_text(banner_));
  for (const std::string& warning : data_dir_.warnings()) {
    log_->write(LogLevel::kWarn, "data_folder_open", {{"warning", warning}});
    say("  note: " + warning + "\n");
  }
  plane_->tell_warnings(config_, *log_);
  log_->write(LogLevel::kInfo, "serving",
              {{"build", build_id()},
               {"http_port", banner_.http.port},
               {"media_port", config_.media.port},
               {"shards", media.shards()},
               {"udp_gso", media.shard(0).has_gso()}});
}

Lifecycle::Hooks AllInOne::hooks() {
  return {.prepare =
              [this](const Config& wanted) {
                return door_->use_certificate(wanted, plane_->media().announced().addresses);
              },
          .config_changed = [this] { signaling_->config_changed(); },
          .drain =
              [this] {
                is_ending_ = true;
                rest_->close();
                set_draining(true);
              },
          .is_drained =
              [this] {
                return signaling_->participants() == 0 &&
                       (service_ == nullptr || service_->rooms() == 0);
              },
          .stop = [this](http::Task done) { stop(std::move(done)); }};
}

std::vector<NodesApi::Node> AllInOne::nodes() const {
  NodesApi::Node self{.number = config_.node, .role = role_name(Role::kServe)};
  self.region = config_.discovery.region;
  self.is_self = self.is_up = self.can_drain = true;
  self.is_draining = is_draining_;
  self.is_leaving = is_ending_;
  self.meetings = signaling_->meetings();
  self.load = {plane_->media().transports(), self.meetings, std::nullopt};
  return {self};
}

void AllInOne::drain(std::uint16_t, std::optional<Duration> deadline, NodesApi::Answer answer) {
  if (is_ending_ && !deadline) {
    return answer(fail(ErrorCode::kConflict, "this process is going to end"));
  }
  // Whoever is in a meeting must be able to come back, and an operator to undo it: it stays ready.
  set_draining(deadline.has_value(), true);
  answer(NodesApi::DrainState{is_draining_, signaling_->meetings()});
}

void AllInOne::set_draining(bool is_draining, bool stays_ready) {
  is_draining_ = is_draining;
  rest_->set_draining(is_draining && !stays_ready);
  signaling_->set_draining(is_draining);
  if (service_ != nullptr) service_->set_draining(is_draining);
  log_->write(LogLevel::kInfo, "node_draining", {{"draining", is_draining}});
}

void AllInOne::run() {
  Lifecycle(Role::kServe, config_, source_, loop_, *log_, hooks()).run();
}

void AllInOne::stop(http::Task done) {
  rest_->close();
  if (service_ != nullptr) service_->stop();
  // Shared: what signaling calls is copied.
  const auto end = std::make_shared<http::Task>(std::move(done));
  signaling_->stop([this, end] {
    door_->stop();
    admin_->stop();
    (*end)();
  });
}

AllInOne::~AllInOne() {
  // The shards' threads post to the loop until they are gone; the rest follows in reverse order.
  if (log_ != nullptr) log_->write(LogLevel::kInfo, "stopped", {});
}

}  // namespace

int serve(Config config, ConfigSource source) {
  return run_process<AllInOne>(std::move(config), std::move(source));
}

}  // namespace confab::cli
