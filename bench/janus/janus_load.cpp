// `confab loadtest` for a Janus videoroom: the same media from the same client, through Janus' own
// signaling, and the same report. First everybody who publishes joins, then everybody who receives,
// so that each is told all its feeds at once and nothing is negotiated again. Run by bench/macro.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/janus/member.h"
#include "platform/clock/clock.h"
#include "platform/random/secure_random.h"
#include "service/loadtest/process_usage.h"
#include "service/loadtest/report.h"

namespace confab::bench {
namespace {

namespace bj = boost::json;

constexpr Duration kJoinPatience = 30s;
constexpr Duration kSettle = 1s;
constexpr std::size_t kPublishersMax = 1000;

class JanusLoad {
 public:
  JanusLoad(const loadtest::Options& options, http::ClientTarget target,
            dtls::DtlsIdentity identity)
      : options_(options), target_(std::move(target)), identity_(std::move(identity)) {
    report_.options = options;
    report_.joins.wanted = options.participants;
    for (std::uint32_t i = 0; i < options.participants; ++i) {
      if (options.publishes(i)) publishing_.push_back(i);
      if (options.subscribes(i)) subscribing_.push_back(i);
      members_.push_back(std::make_unique<Member>(around_, 2 * i));
    }
  }

  Result<loadtest::Report> run() {
    const auto usage = loadtest::process_usage(options_.server_pid);
    if (usage)
      report_.server = loadtest::ServerReport{.resident_bytes_before = usage->resident_bytes};
    timer_.set(monotonic_now() + kJoinPatience,
               [this] { give_up("not everybody joined in time"); });
    loop_.post([this] { make_room(); });
    loop_.run();
    if (failure_) return fail(ErrorCode::kUnavailable, *failure_);
    return std::move(report_);
  }

 private:
  void give_up(const std::string& why) {
    failure_ = why;
    loop_.stop();
  }

  void make_room() {
    owner_.emplace(
        loop_, target_,
        [this] {
          owner_->attach([this](JanusSession::HandleId handle) {
            const bj::object body{{"request", "create"},          {"room", around_.room},
                                  {"publishers", kPublishersMax}, {"bitrate", 0},
                                  {"audiocodec", "opus"},         {"videocodec", "vp8"},
                                  {"notify_joining", false}};
            owner_->message(handle, body, "", "", [this](const PluginAnswer&) {
              join_from_ = monotonic_now();
              publish_next();
            });
          });
        },
        [this](std::string_view why) { give_up("Janus: " + std::string(why)); });
  }

  // At the rate that was asked for: the n-th connection is due 1/rate behind the one before.
  Instant due_next() {
    return join_from_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(
                            static_cast<double>(started_++) / options_.joins_per_second));
  }

  void publish_next() {
    if (publishing_.empty()) return wait_for(&JanusLoad::subscribe_next);
    ramp_.set(due_next(), [this] {
      Member& member = *members_[publishing_.front()];
      publishing_.pop_front();
      ++connecting_;
      member.publish([this, &member](const std::string& failure) {
        feeds_.push_back(member.feed());
        settled(failure);
      });
      publish_next();
    });
  }

  void subscribe_next() {
    if (subscribing_.empty()) return wait_for(&JanusLoad::begin_measuring);
    ramp_.set(due_next(), [this] {
      Member& member = *members_[subscribing_.front()];
      subscribing_.pop_front();
      std::vector<Member::Feed> others = feeds_;
      std::erase(others, member.feed());
      ++connecting_;
      member.subscribe(std::move(others), [this](const std::string& failure) { settled(failure); });
      subscribe_next();
    });
  }

  // When all connections that are under way are up.
  void wait_for(void (JanusLoad::*next)()) {
    next_ = next;
    if (connecting_ == 0) settled_all();
  }
  void settled(const std::string& failure) {
    if (!failure.empty()) return give_up(failure);
    last_join_ = monotonic_now();
    if (--connecting_ == 0) settled_all();
  }
  void settled_all() {
    if (next_ != nullptr) (this->*std::exchange(next_, nullptr))();
  }

  void handle_transport(const loadtest::TransportEvent& event) {
    if (event.is_connected) report_.joins.media.add(event.time_to_connect);
    members_[event.key / 2]->handle_transport(event);
  }

  void begin_measuring() {
    loadtest::JoinReport& joins = report_.joins;
    joins.ready = options_.participants;
    joins.per_second = joins.ready / std::max(to_seconds(last_join_ - join_from_), 1e-3);
    timer_.set(monotonic_now() + kSettle, [this] {
      media_.clear();
      measured_from_ = monotonic_now();
      own_before_ = loadtest::own_usage();
      server_before_ = loadtest::process_usage(options_.server_pid);
      timer_.set(measured_from_ + options_.duration, [this] { end_measuring(); });
    });
  }

  void end_measuring() {
    report_.measured = monotonic_now() - measured_from_;
    const loadtest::ProcessUsage own = loadtest::own_usage();
    report_.generator_cpu = own.cpu - own_before_.cpu;
    report_.generator_resident_bytes = own.resident_bytes;
    const auto server = loadtest::process_usage(options_.server_pid);
    if (report_.server && server && server_before_) {
      report_.server->cpu = server->cpu - server_before_->cpu;
      report_.server->resident_bytes = server->resident_bytes;
    }
    media_.collect([this](const loadtest::MediaSnapshot& snapshot) {
      report_.media = snapshot;
      loop_.stop();
    });
  }

  const loadtest::Options& options_;
  http::ClientTarget target_;
  dtls::DtlsIdentity identity_;
  SecureRandom random_;
  http::EventLoop loop_;
  loadtest::Report report_;
  std::optional<std::string> failure_;
  std::deque<std::uint32_t> publishing_;
  std::deque<std::uint32_t> subscribing_;
  std::vector<Member::Feed> feeds_;
  std::uint32_t started_ = 0;
  std::uint32_t connecting_ = 0;
  void (JanusLoad::*next_)() = nullptr;
  Instant join_from_{};
  Instant last_join_{};
  Instant measured_from_{};
  loadtest::ProcessUsage own_before_;
  std::optional<loadtest::ProcessUsage> server_before_;
  http::LoopTimer ramp_{loop_};
  http::LoopTimer timer_{loop_};
  loadtest::MediaThread media_{
      loop_, identity_, [this](const loadtest::TransportEvent& event) { handle_transport(event); }};
  MemberSurroundings around_{loop_,
                             target_,
                             identity_,
                             media_,
                             make_wall_map(),
                             random_,
                             random_.between(1, INT32_MAX),
                             options_.video,
                             options_.verify_one_in};
  std::vector<std::unique_ptr<Member>> members_;
  std::optional<JanusSession> owner_;
};

Result<loadtest::Report> run(const loadtest::Options& options) {
  if (const auto checked = loadtest::validate(options); !checked) {
    return std::unexpected(checked.error());
  }
  const auto origin = http::Origin::parse(options.url);
  if (!origin) return std::unexpected(origin.error());
  const auto address = http::resolve(origin->host);
  if (!address) return std::unexpected(address.error());
  if (!loadtest::is_private_address(*address)) {
    return fail(ErrorCode::kForbidden, options.url + " is at a public address");
  }
  auto identity = dtls::DtlsIdentity::generate(wall_unix_ms() / 1000);
  if (!identity) return fail(ErrorCode::kInternal, "OpenSSL could not make a key");
  JanusLoad load(options,
                 {.origin = *origin,
                  .address = *address,
                  .headers = {{"Sec-WebSocket-Protocol", "janus-protocol"}}},
                 *std::move(identity));
  return load.run();
}

}  // namespace
}  // namespace confab::bench

int main(int argc, char** argv) {
  confab::loadtest::Options options;
  bool no_video = false;
  double seconds = 10;
  CLI::App app("participants of a Janus videoroom that nobody watches; prints JSON");
  app.add_option("--url", options.url, "Janus' WebSocket transport, as http://10.0.0.1:8188")
      ->required();
  app.add_option("--participants", options.participants, "how many [10]");
  app.add_option("--publishers", options.publishers, "of them send: the first [all]");
  app.add_option("--subscribers", options.subscribers, "of them receive: the last [all]");
  app.add_option("--ramp", options.joins_per_second, "connections per second [20]");
  app.add_option("--duration", seconds, "seconds, after everybody has joined [10]");
  app.add_flag("--no-video", no_video, "send no video");
  app.add_option("--verify-one-in", options.verify_one_in, "decrypt one packet in so many [1]");
  app.add_option("--server-pid", options.server_pid, "report its CPU and memory");
  CLI11_PARSE(app, argc, argv);
  options.video = !no_video;
  options.duration =
      std::chrono::duration_cast<confab::Duration>(std::chrono::duration<double>(seconds));
  const auto report = confab::bench::run(options);
  if (!report) {
    std::fprintf(stderr, "janus_load: %s\n", report.error().message.c_str());
    return 1;
  }
  std::fputs(to_json(*report).c_str(), stdout);
  return 0;
}
