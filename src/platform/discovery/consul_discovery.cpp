#include "platform/discovery/consul_discovery.h"

#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/discovery/consul/client.h"
#include "platform/http_client/http_client.h"

namespace confab::discovery {
namespace {

// Carries what consul::Client asks over HTTP and back. Callbacks of requests and look-ups that are
// under way find it gone by their weak pointer.
class ConsulDiscovery final : public Discovery {
 public:
  ConsulDiscovery(http::EventLoop& loop, http::ClientTarget target, LogSink& log)
      : loop_(loop), log_(log), target_(std::move(target)), timer_(loop) {
    look_up();
  }

  void watch(std::string service, Watcher watcher) override {
    client_.watch_service(service);
    service_watchers_.emplace_back(std::move(service), std::move(watcher));
    drain_soon();
  }
  void watch_values(std::string prefix, ValuesWatcher watcher) override {
    client_.watch_values(prefix);
    values_watchers_.emplace_back(std::move(prefix), std::move(watcher));
    drain_soon();
  }
  void announce(Registration registration) override {
    client_.announce(std::move(registration));
    drain_soon();
  }
  void drain() override {
    client_.drain(monotonic_now());
    drain_soon();
  }
  void leave(std::move_only_function<void()> done) override {
    left_ = std::move(done);
    client_.leave(monotonic_now());
    drain_soon();
  }
  Counts counts() const override { return client_.counts(); }
  bool is_reachable() const override { return was_reachable_; }

 private:
  // Nothing is told inside a call.
  void drain_soon() {
    loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) run();
    });
  }

  void run() {
    client_.handle_timeout(monotonic_now());
    consul::Output output;
    while (client_.poll(output)) {
      std::visit([this](auto& what) { handle(what); }, output);
    }
    note_reachable();
    timer_.set(client_.next_timeout(), [this] { run(); });
  }

  void handle(consul::Question& question) {
    if (target_.address.is_unspecified()) {
      // Its name is not looked up yet.
      loop_.post([this, alive = std::weak_ptr(alive_), id = question.id] {
        if (!alive.expired()) handle_response(id, fail(ErrorCode::kUnavailable, "no address"));
      });
      return;
    }
    http::ClientTarget target = target_;
    target.timeout = question.patience;
    const auto method = question.is_put ? http::Method::kPut : http::Method::kGet;
    http::fetch(loop_, target, method, std::move(question.path), std::move(question.body),
                [this, alive = std::weak_ptr(alive_),
                 id = question.id](const Result<http::Response>& response) {
                  if (!alive.expired()) handle_response(id, response);
                });
  }
  void handle(consul::ServiceChanged& changed) {
    for (const auto& [service, watcher] : service_watchers_) {
      if (service == changed.service) watcher(changed.instances);
    }
  }
  void handle(consul::ValuesChanged& changed) {
    for (const auto& [prefix, watcher] : values_watchers_) {
      if (prefix == changed.prefix) watcher(changed.values);
    }
  }
  void handle(consul::Left&) {
    if (auto done = std::exchange(left_, nullptr)) done();
  }

  void handle_response(consul::QuestionId id, const Result<http::Response>& response) {
    std::optional<consul::Answer> answer;
    if (response) {
      answer = consul::Answer{
          response->status, http::find_header(response->headers, "X-Consul-Index"), response->body};
    } else {
      look_up();
    }
    client_.handle_answer(monotonic_now(), id, answer);
    run();
  }

  // A container that was started anew has another address by the same name.
  void look_up() {
    if (is_looking_up_) return;
    is_looking_up_ = true;
    http::resolve(loop_, target_.origin.host,
                  [this, alive = std::weak_ptr(alive_)](const Result<IpAddress>& found) {
                    if (alive.expired()) return;
                    is_looking_up_ = false;
                    if (found) target_.address = *found;
                  });
  }

  void note_reachable() {
    const bool is_reachable = client_.is_reachable();
    if (std::exchange(was_reachable_, is_reachable) == is_reachable) return;
    log_.write(is_reachable ? LogLevel::kInfo : LogLevel::kWarn,
               is_reachable ? "consul_back" : "consul_away", {});
  }

  http::EventLoop& loop_;
  LogSink& log_;
  http::ClientTarget target_;
  consul::Client client_;
  http::LoopTimer timer_;
  std::vector<std::pair<std::string, Watcher>> service_watchers_;
  std::vector<std::pair<std::string, ValuesWatcher>> values_watchers_;
  std::move_only_function<void()> left_;
  bool is_looking_up_ = false;
  bool was_reachable_ = true;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);  // for weak ones
};

}  // namespace

Result<std::unique_ptr<Discovery>> make_consul_discovery(http::EventLoop& loop,
                                                         const ConsulOptions& options,
                                                         LogSink& log) {
  auto origin = http::Origin::parse(options.url);
  if (!origin) return std::unexpected(std::move(origin).error());
  http::ClientTarget target;
  target.origin = *std::move(origin);
  if (!options.token.empty()) target.headers.emplace_back("X-Consul-Token", options.token);
  return std::make_unique<ConsulDiscovery>(loop, std::move(target), log);
}

}  // namespace confab::discovery
