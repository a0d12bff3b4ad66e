#include "service/cli/roles/media.h"

#include <memory>
#include <string>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/random/secure_random.h"
#include "platform/version/version.h"
#include "service/cli/parts/admin_door.h"
#include "service/cli/parts/data_dir.h"
#include "service/cli/parts/directory.h"
#include "service/cli/parts/http_options.h"
#include "service/cli/parts/media_plane.h"
#include "service/cli/parts/media_service_door.h"
#include "service/cli/parts/membership.h"
#include "service/cli/parts/role_process.h"
#include "service/cli/parts/rpc_credentials.h"
#include "service/media/media_metrics.h"
#include "service/media_rpc/media_server.h"

namespace confab::cli {
namespace {

// Owners hear that it goes within a round trip, and close what they have taken elsewhere.
constexpr Duration kLeavingMax = 3s;

class MediaRole {
 public:
  MediaRole(Config config, ConfigSource source, http::EventLoop& loop)
      : config_(std::move(config)), source_(std::move(source)), loop_(loop), leaving_(loop) {}
  ~MediaRole() {
    if (log_ != nullptr) log_->write(LogLevel::kInfo, "stopped", {});
  }

  Result<void> start();
  void run();

 private:
  Result<void> open_door();
  Result<void> open_service();
  Result<void> open_admin();
  Result<void> join();
  void announce();
  bool is_drained() const;
  void leave(Instant until);

  Config config_;
  const ConfigSource source_;
  DataDir data_dir_;
  std::unique_ptr<JsonLog> log_;
  SecureRandom random_;
  http::EventLoop& loop_;
  const std::uint64_t boot_ = random_.u64();
  Endpoint admin_at_;
  std::unique_ptr<Membership> membership_;
  std::unique_ptr<MediaPlane> plane_;
  std::unique_ptr<media_rpc::MediaServer> door_;
  std::unique_ptr<media_compat::MediaService> service_;  // where it is wanted
  std::unique_ptr<AdminDoor> admin_;
  http::LoopTimer leaving_;
  http::Task left_;
};

Result<void> MediaRole::start() {
  auto data_dir = DataDir::open(config_.data_dir);
  if (!data_dir) return std::unexpected(data_dir.error());
  data_dir_ = std::move(*data_dir);
  auto log = open_log(config_, "media");
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  auto membership = Membership::open(config_, {}, loop_, *log_);
  if (!membership) return std::unexpected(membership.error());
  membership_ = std::move(*membership);
  auto plane = MediaPlane::open(config_, loop_, *log_);
  if (!plane) return std::unexpected(plane.error());
  plane_ = std::move(*plane);
  if (auto opened = open_door(); !opened) return opened;
  if (auto opened = open_service(); !opened) return opened;
  if (auto opened = open_admin(); !opened) return opened;
  if (auto joined = join(); !joined) return joined;
  announce();
  return {};
}

Result<void> MediaRole::open_door() {
  media::LocalMedia& media = plane_->media();
  media_rpc::MediaServer::Setup setup;
  setup.self = {.node = config_.node,
                .boot = boot_,
                .shards = static_cast<std::uint32_t>(media.shards()),
                .region = config_.discovery.region,
                .build = std::string(build_id()),
                .codec_hash = router_codecs_hash()};
  setup.listen = config_.rpc.listen;
  auto credentials = rpc_credentials(config_.rpc);
  if (!credentials) return std::unexpected(credentials.error());
  setup.credentials = std::move(*credentials);
  setup.transports = [&media] { return static_cast<std::uint32_t>(media.transports()); };
  setup.on_draining = [this](bool is_draining) {
    if (service_ != nullptr) service_->set_draining(is_draining);
  };
  auto& user = plane_->add_user();
  auto door = media_rpc::MediaServer::start(std::move(setup), loop_, user, *log_);
  if (!door) return std::unexpected(door.error());
  door_ = std::move(*door);
  user.set_listener(*door_);
  return {};
}

Result<void> MediaRole::open_service() {
  auto service = open_media_service(config_, loop_, *plane_, random_, *log_);
  if (!service) return std::unexpected(service.error());
  service_ = std::move(*service);
  return {};
}

Result<void> MediaRole::open_admin() {
  AdminDoor::Answers answers;
  answers.ready = [this](auto answer) { answer(door_->is_draining() ? "draining" : "ok"); };
  answers.metrics = [this](auto done) {
    // Shared: what the shards are asked with is copied.
    const auto answer = std::make_shared<decltype(done)>(std::move(done));
    plane_->media().ask_snapshots([this, answer](const std::vector<media::ShardSnapshot>& shards) {
      metrics::Exposition out;
      media::expose(shards, out);
      door_->expose(out);
      if (service_ != nullptr) {
        service_->expose(out);
        expose_listener("media_service", service_->http_server(), out);
      }
      membership_->expose(out);
      (*answer)(out);
    });
  };
  admin_ = std::make_unique<AdminDoor>(config_, Role::kMedia, loop_, *log_, std::move(answers));
  const auto listening = admin_->listen();
  if (!listening) return std::unexpected(listening.error());
  admin_at_ = *listening;
  return {};
}

// Its HTTP is the admin listener's; signaling nodes look for the port of gRPC.
Result<void> MediaRole::join() {
  SelfDescription self{.service = kMediaService,
                       .port = admin_at_.port,
                       .health = admin_at_,
                       .admin = admin_at_,
                       .boot = boot_,
                       .meta = speaks(router_codecs_hash())};
  self.meta.emplace("grpc_port", std::to_string(door_->port()));
  return membership_->announce(self);
}

void MediaRole::announce() {
  const media::LocalMedia& media = plane_->media();
  say("confab media: node " + std::to_string(config_.node) + ", gRPC on port " +
      std::to_string(door_->port()) + ", media from port " + std::to_string(config_.media.port) +
      "\n");
  for (const std::string& warning : data_dir_.warnings()) {
    log_->write(LogLevel::kWarn, "data_folder_open", {{"warning", warning}});
  }
  plane_->tell_warnings(config_, *log_);
  log_->write(LogLevel::kInfo, "serving",
              {{"build", build_id()},
               {"rpc_port", door_->port()},
               {"media_port", config_.media.port},
               {"shards", media.shards()},
               {"udp_gso", media.shard(0).has_gso()}});
}

void MediaRole::run() {
  Lifecycle::Hooks hooks;
  hooks.prepare = [this](const Config& wanted) -> Result<void> {
    const auto credentials = renewed_credentials(config_.rpc, wanted.rpc);
    if (!credentials) return std::unexpected(credentials.error());
    door_->use_credentials(*credentials);
    return {};
  };
  hooks.drain = [this] {
    door_->drain(false);
    membership_->drain();
  };
  hooks.is_drained = [this] { return is_drained(); };
  hooks.stop = [this](http::Task done) {
    left_ = std::move(done);
    door_->drain(true);
    leave(monotonic_now() + kLeavingMax);
  };
  hooks.membership = membership_.get();
  Lifecycle(Role::kMedia, config_, source_, loop_, *log_, std::move(hooks)).run();
}

// Of those who can not take their rooms elsewhere, the rooms go on until the drain is over.
bool MediaRole::is_drained() const {
  return door_->meetings() == 0 && (service_ == nullptr || service_->rooms() == 0);
}

// The meetings are opened elsewhere before this one's sockets go.
void MediaRole::leave(Instant until) {
  constexpr Duration kLook = 50ms;
  if (door_->meetings() > 0 && monotonic_now() < until) {
    leaving_.set(monotonic_now() + kLook, [this, until] { leave(until); });
    return;
  }
  membership_->leave([this] {
    if (service_ != nullptr) service_->stop();
    admin_->stop();
    left_();
  });
}

}  // namespace

int media(Config config, ConfigSource source) {
  return run_process<MediaRole>(std::move(config), std::move(source));
}

}  // namespace confab::cli
