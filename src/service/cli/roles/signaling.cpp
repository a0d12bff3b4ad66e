#include "service/cli/roles/signaling.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/auth/token_signer.h"
#include "platform/random/secure_random.h"
#include "platform/version/version.h"
#include "service/cli/parts/access_parts.h"
#include "service/cli/parts/admin_door.h"
#include "service/cli/parts/data_dir.h"
#include "service/cli/parts/directory.h"
#include "service/cli/parts/http_options.h"
#include "service/cli/parts/membership.h"
#include "service/cli/parts/nodes_api.h"
#include "service/cli/parts/public_door.h"
#include "service/cli/parts/role_process.h"
#include "service/cli/parts/rpc_credentials.h"
#include "service/cli/parts/shared_limits.h"
#include "service/cli/parts/stores.h"
#include "service/media_rpc/media_cluster.h"
#include "service/rest/rest_api.h"
#include "service/signaling/signaling.h"

namespace confab::cli {
namespace {

// As gRPC is told: its other door where it says one, else the port that the list names.
std::string rpc_target(const discovery::Instance& instance) {
  const std::uint16_t port = instance.port_of("grpc").value_or(instance.port);
  const bool is_v6 = instance.address.contains(':');
  return (is_v6 ? "[" + instance.address + "]" : instance.address) + ":" + std::to_string(port);
}

class SignalingRole final : private NodesApi::Nodes {
 public:
  SignalingRole(Config config, ConfigSource source, http::EventLoop& loop)
      : config_(std::move(config)), source_(std::move(source)), loop_(loop) {}
  ~SignalingRole() override {
    if (log_ != nullptr) log_->write(LogLevel::kInfo, "stopped", {});
  }

  Result<void> start();
  void run();

 private:
  Result<void> open_stores();
  Result<void> open_media();
  Result<void> open_http();
  Result<void> open_admin();
  Result<void> join();
  void name_media_nodes(const std::vector<discovery::Instance>& instances);
  void announce();
  void stop(http::Task done);

  std::vector<NodesApi::Node> nodes() const override;
  void drain(std::uint16_t number, std::optional<Duration> deadline,
             NodesApi::Answer answer) override;

  Config config_;
  const ConfigSource source_;
  DataDir data_dir_;
  std::unique_ptr<JsonLog> log_;
  SecureRandom random_;
  http::EventLoop& loop_;
  const std::uint64_t boot_ = random_.u64();
  std::unique_ptr<Membership> membership_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<auth::TokenSigner> signer_;
  std::unique_ptr<media_rpc::MediaCluster> media_;
  std::unique_ptr<SharedLimits> shared_limits_;
  std::unique_ptr<PublicDoor> door_;
  std::unique_ptr<AdminDoor> admin_;
  std::unique_ptr<AccessParts> access_;
  std::unique_ptr<signaling::SignalingService> signaling_;
  std::unique_ptr<NodesApi> nodes_api_;
  std::unique_ptr<rest::RestApi> rest_;
  bool is_draining_ = false;
};

Result<void> SignalingRole::start() {
  auto data_dir = DataDir::open(config_.data_dir);
  if (!data_dir) return std::unexpected(data_dir.error());
  data_dir_ = std::move(*data_dir);
  auto log = open_log(config_, "signaling");
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  for (const auto step :
       {&SignalingRole::open_stores, &SignalingRole::open_media, &SignalingRole::open_http,
        &SignalingRole::open_admin, &SignalingRole::join}) {
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
  self.boot = boot_;
  self.codec_hash = router_codecs_hash();
  self.region = config_.discovery.region;
  media_ = std::make_unique<media_rpc::MediaCluster>(loop_, *credentials, self, *log_);
  const StaticService media{kMediaService, config_.rpc.media_nodes};
  auto membership = Membership::open(config_, {&media, 1}, loop_, *log_);
  if (!membership) return std::unexpected(membership.error());
  membership_ = std::move(*membership);
  membership_->directory().watch(
      std::string(kMediaService),
      [this](const std::vector<discovery::Instance>& instances) { name_media_nodes(instances); });
  return {};
}

// One that drains, or that the directory can not reach, gets no new meetings. Where that is said of
// all, we ask them ourselves: each tells us, by our own stream, whether it takes any.
void SignalingRole::name_media_nodes(const std::vector<discovery::Instance>& instances) {
  const bool has_healthy = std::ranges::any_of(instances, &discovery::Instance::is_healthy);
  std::vector<media_rpc::MediaCluster::Node> nodes;
  for (const discovery::Instance& instance : instances) {
    if (has_healthy && !instance.is_healthy) continue;
    nodes.push_back({instance.node, rpc_target(instance)});
  }
  log_->write(LogLevel::kInfo, "media_nodes_changed",
              {{"known", instances.size()}, {"named", nodes.size()}});
  media_->set_nodes(nodes);
}

Result<void> SignalingRole::open_http() {
  auto shared = SharedLimits::open(config_, Role::kSignaling, loop_, *log_);
  if (!shared) return std::unexpected(shared.error());
  shared_limits_ = std::move(*shared);
  door_ = std::make_unique<PublicDoor>(config_, loop_, *log_);
  shared_limits_->guard(*door_);
  access_ = std::make_unique<AccessParts>(config_, loop_, door_->server(), *store_, *signer_,
                                          random_, *log_);
  signaling_ = std::make_unique<signaling::SignalingService>(
      config_, loop_, door_->server(), *media_, *store_, *signer_, random_, *log_);
  media_->set_listener(*signaling_);
  access_->guard(*signaling_);
  shared_limits_->guard(access_->access());
  NodesApi::Nodes& known = *this;
  nodes_api_ = std::make_unique<NodesApi>(access_->access(), known, door_->server());
  rest_ = std::make_unique<rest::RestApi>(config_, loop_, door_->server(), *store_);
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
    access_->expose(out);
    shared_limits_->expose(out);
    media_->expose(out);
    membership_->expose(out);
    expose_listener("public", door_->server(), out);
    done(out);
  };
  admin_ = std::make_unique<AdminDoor>(config_, Role::kSignaling, loop_, *log_, std::move(answers));
  const auto listening = admin_->listen();
  return listening ? Result<void>{} : std::unexpected(listening.error());
}

Result<void> SignalingRole::join() {
  return membership_->announce({.service = kSignalingService,
                                .port = door_->http().port,
                                .health = door_->http(),
                                .admin = admin_->endpoint(),
                                .boot = boot_,
                                .meta = speaks(router_codecs_hash())});
}

void SignalingRole::announce() {
  say("confab signaling: node " + std::to_string(config_.node) + ", HTTP and Socket.IO on " +
      door_->http().to_string() + "\n");
  for (const std::string& warning : data_dir_.warnings()) {
    log_->write(LogLevel::kWarn, "data_folder_open", {{"warning", warning}});
  }
  log_->write(LogLevel::kInfo, "serving",
              {{"build", build_id()}, {"http_port", door_->http().port}});
}

// Of other signaling nodes it knows nothing; numbers are of one kind each, so ours may be that of a
// media node too, and only those can be drained from here.
std::vector<NodesApi::Node> SignalingRole::nodes() const {
  std::vector<NodesApi::Node> out;
  for (const auto& each : media_->states()) {
    NodesApi::Node node{.number = each.number, .role = role_name(Role::kMedia)};
    node.region = each.region;
    node.is_up = each.is_up;
    node.is_draining = each.is_up && each.load.is_draining;
    node.is_leaving = each.is_up && each.load.is_leaving;
    node.can_drain = true;
    node.meetings = each.meetings;
    if (each.is_up) node.load = {each.load.transports, each.load.meetings, each.load.lag};
    out.push_back(std::move(node));
  }
  NodesApi::Node self{.number = config_.node, .role = role_name(Role::kSignaling)};
  self.region = config_.discovery.region;
  self.is_self = self.is_up = true;
  self.is_draining = is_draining_;
  self.meetings = signaling_->meetings();
  out.push_back(std::move(self));
  return out;
}

void SignalingRole::drain(std::uint16_t number, std::optional<Duration> deadline,
                          NodesApi::Answer answer) {
  media_->drain(number, deadline,
                [answer = std::move(answer)](const Result<media_rpc::DrainState>& state) mutable {
                  if (!state) return answer(std::unexpected(state.error()));
                  answer(NodesApi::DrainState{state->is_draining, state->meetings});
                });
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
  hooks.drain = [this] {
    is_draining_ = true;
    rest_->close();
    signaling_->set_draining(true);
    membership_->drain();
  };
  hooks.is_drained = [this] { return signaling_->participants() == 0; };
  hooks.stop = [this](http::Task done) { stop(std::move(done)); };
  hooks.membership = membership_.get();
  Lifecycle(Role::kSignaling, config_, source_, loop_, *log_, std::move(hooks)).run();
}

void SignalingRole::stop(http::Task done) {
  rest_->close();
  // Shared: what signaling calls is copied.
  const auto end = std::make_shared<http::Task>(std::move(done));
  signaling_->stop([this, end] {
    membership_->leave([this, end] {
      door_->stop();
      admin_->stop();
      (*end)();
    });
  });
}

}  // namespace

int signaling(Config config, ConfigSource source) {
  return run_process<SignalingRole>(std::move(config), std::move(source));
}

}  // namespace confab::cli
