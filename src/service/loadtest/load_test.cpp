#include "service/loadtest/load_test.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/json/json.h"
#include "platform/random/secure_random.h"
#include "service/loadtest/participant.h"
#include "service/loadtest/process_usage.h"

namespace confab::loadtest {
namespace {

constexpr Duration kProgressInterval = 1s;
// Who has not joined by then does not any more.
constexpr Duration kJoinPatience = 30s;
// For the last joins' key frames and first reports to pass.
constexpr Duration kSettle = 1s;
constexpr Duration kGoodbye = 500ms;
constexpr Duration kRoomRetry = 600ms;
constexpr int kRoomTries = 100;

// Three sockets for each participant: signaling, and one for each transport.
void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class LoadTest {
 public:
  LoadTest(const Options& options, http::ClientTarget target, dtls::DtlsIdentity identity,
           OnProgress on_progress);
  Result<Report> run();

 private:
  void make_room(int tries_left);
  void handle_room(Result<http::Response> response, int tries_left);
  void make_participants();
  void start_next();
  void handle_change(const Participant& participant, Participant::State state);
  void handle_transport(const TransportEvent& event);
  void all_settled();
  void begin_measuring();
  void end_measuring();
  void finish();
  void show_progress();
  void give_up(Error error);
  template <typename Then>
  void collect(Then then);

  const Options& options_;
  http::ClientTarget target_;
  dtls::DtlsIdentity identity_;
  OnProgress on_progress_;
  SecureRandom random_;
  http::EventLoop loop_;
  Surroundings around_{loop_, options_, target_, identity_, make_wall_map(), random_};

  std::vector<std::string> rooms_;
  std::vector<std::unique_ptr<MediaThread>> threads_;
  std::vector<std::unique_ptr<Participant>> participants_;
  std::size_t started_ = 0;
  Instant ramp_start_{};
  Instant last_ready_{};
  bool is_measuring_ = false;
  bool is_measured_ = false;
  Instant measured_from_{};
  Instant measure_until_{};
  ProcessUsage generator_before_;
  std::optional<ProcessUsage> server_before_;
  client::Counters shown_;
  Instant shown_at_{};

  http::LoopTimer ramp_timer_{loop_};
  http::LoopTimer phase_timer_{loop_};
  http::LoopTimer progress_timer_{loop_};
  Report report_;
  std::optional<Error> error_;
};

LoadTest::LoadTest(const Options& options, http::ClientTarget target, dtls::DtlsIdentity identity,
                   OnProgress on_progress)
    : options_(options),
      target_(std::move(target)),
      identity_(std::move(identity)),
      on_progress_(std::move(on_progress)) {
  report_.options = options;
  report_.joins.wanted = options.total_participants();
}

Result<Report> LoadTest::run() {
  http::on_signal(loop_, [this](http::Signal) {
    if (is_measuring_) return end_measuring();
    give_up({ErrorCode::kUnavailable, "stopped before everybody had joined"});
  });
  for (std::uint32_t i = 0; i < options_.threads; ++i) {
    threads_.push_back(std::make_unique<MediaThread>(
        loop_, identity_, [this](const TransportEvent& event) { handle_transport(event); }));
  }
  if (options_.server_pid != 0) {
    const auto usage = process_usage(options_.server_pid);
    if (!usage) return fail(ErrorCode::kNotFound, "--server-pid: there is no such process here");
    report_.server = ServerReport{.resident_bytes_before = usage->resident_bytes};
  }
  loop_.post([this] { make_room(kRoomTries); });
  loop_.run();
  if (error_) return std::unexpected(*error_);
  return std::move(report_);
}

void LoadTest::give_up(Error error) {
  error_ = std::move(error);
  loop_.stop();
}

// ---- rooms ----

void LoadTest::make_room(int tries_left) {
  http::fetch(loop_, target_, http::Method::kPost, "/api/rooms", "",
              [this, tries_left](Result<http::Response> response) {
                handle_room(std::move(response), tries_left);
              });
}

void LoadTest::handle_room(Result<http::Response> response, int tries_left) {
  if (!response) {
    return give_up({response.error().code, options_.url + ": " + response.error().message});
  }
  if (response->status == 429 && tries_left > 0) {
    return phase_timer_.set(monotonic_now() + kRoomRetry,
                            [this, tries_left] { make_room(tries_left - 1); });
  }
  const auto body = json::parse(response->body);
  json::ReadStatus status;
  const boost::json::value nothing;
  const json::Reader root(body ? *body : nothing, status, "room");
  std::string code(root["code"].string(64));
  if (response->status != 201 || !status.ok()) {
    return give_up({ErrorCode::kUnavailable, "POST /api/rooms answered " +
                                                 std::to_string(response->status) + ": " +
                                                 response->body.substr(0, 200)});
  }
  rooms_.push_back(std::move(code));
  if (rooms_.size() < options_.rooms) return make_room(kRoomTries);
  make_participants();
}

// ---- joining ----

// Place by place over all rooms, so that they fill evenly and publishers come first.
void LoadTest::make_participants() {
  for (std::uint32_t place = 0; place < options_.participants; ++place) {
    for (std::size_t room = 0; room < rooms_.size(); ++room) {
      const std::size_t index = participants_.size();
      participants_.push_back(std::make_unique<Participant>(
          around_,
          Role{.room = rooms_[room],
               .name = "Load " + std::to_string(place + 1),
               .publishes = options_.publishes(place),
               .subscribes = options_.subscribes(place)},
          *threads_[room % threads_.size()], 2 * index,
          [this](const Participant& participant, Participant::State state) {
            handle_change(participant, state);
          }));
    }
  }
  ramp_start_ = shown_at_ = monotonic_now();
  start_next();
  show_progress();
}

void LoadTest::start_next() {
  const Instant now = monotonic_now();
  const auto due = [this](std::size_t index) {
    return ramp_start_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(
                             static_cast<double>(index) / options_.joins_per_second));
  };
  while (started_ < participants_.size() && due(started_) <= now)
    participants_[started_++]->start();
  if (started_ < participants_.size()) {
    return ramp_timer_.set(due(started_), [this] { start_next(); });
  }
  phase_timer_.set(now + kJoinPatience, [this] { all_settled(); });
}

void LoadTest::handle_transport(const TransportEvent& event) {
  participants_[event.key / 2]->handle_transport(event);
}

void LoadTest::handle_change(const Participant& participant, Participant::State state) {
  if (is_measured_) return;
  JoinReport& joins = report_.joins;
  if (state == Participant::State::kReady) {
    last_ready_ = monotonic_now();
    joins.add_ready(participant.times());
  } else if (state == Participant::State::kLost) {
    joins.add_lost(participant.failure());
  } else {
    joins.add_failed(participant.failure());
  }
  if (joins.to_come() == 0) all_settled();
}

void LoadTest::all_settled() {
  if (is_measuring_) return;
  if (report_.joins.ready == 0) {
    const auto& failures = report_.joins.failures;
    return give_up({ErrorCode::kUnavailable,
                    "nobody could join: " + (failures.empty() ? "no answer" : failures.front())});
  }
  const Duration took = std::max<Duration>(last_ready_ - ramp_start_, 1ms);
  report_.joins.per_second = report_.joins.ready / to_seconds(took);
  is_measuring_ = true;
  measured_from_ = monotonic_now() + kSettle;
  measure_until_ = measured_from_ + options_.duration;
  phase_timer_.set(measured_from_, [this] { begin_measuring(); });
}

// ---- measuring ----

void LoadTest::begin_measuring() {
  measured_from_ = monotonic_now();
  measure_until_ = measured_from_ + options_.duration;
  for (const auto& thread : threads_) thread->clear();
  shown_ = {};
  generator_before_ = own_usage();
  server_before_ = process_usage(options_.server_pid);
  phase_timer_.set(measure_until_, [this] { end_measuring(); });
}

// Then gets all threads' counts, added up.
template <typename Then>
void LoadTest::collect(Then then) {
  struct Gathering {
    MediaSnapshot sum;
    std::size_t missing;
    Then then;
  };
  auto gathering = std::make_shared<Gathering>(MediaSnapshot{}, threads_.size(), std::move(then));
  for (const auto& thread : threads_) {
    thread->collect([gathering](const MediaSnapshot& snapshot) {
      gathering->sum.add(snapshot);
      if (--gathering->missing == 0) gathering->then(gathering->sum);
    });
  }
}

void LoadTest::end_measuring() {
  if (is_measured_) return;
  is_measured_ = true;
  const Instant now = monotonic_now();
  report_.measured = std::max(now - measured_from_, Duration::zero());
  const ProcessUsage own = own_usage();
  report_.generator_cpu = own.cpu - generator_before_.cpu;
  report_.generator_resident_bytes = own.resident_bytes;
  const auto server = process_usage(options_.server_pid);
  if (report_.server && server && server_before_) {
    report_.server->cpu = server->cpu - server_before_->cpu;
    report_.server->resident_bytes = server->resident_bytes;
  }
  collect([this](const MediaSnapshot& sum) {
    report_.media = sum;
    finish();
  });
}

void LoadTest::finish() {
  progress_timer_.cancel();
  for (const auto& participant : participants_) participant->leave();
  phase_timer_.set(monotonic_now() + kGoodbye, [this] { loop_.stop(); });
}

void LoadTest::show_progress() {
  progress_timer_.set(monotonic_now() + kProgressInterval, [this] {
    collect([this](const MediaSnapshot& sum) {
      if (is_measured_) return;
      const Instant now = monotonic_now();
      const client::Counters& c = sum.stats.counters;
      // Counts start again with the measurement.
      const bool is_restarted = c.packets_sent < shown_.packets_sent;
      if (is_restarted) shown_ = {};
      const double seconds = std::max(to_seconds(now - shown_at_), 1e-3);
      const auto rate = [&](std::uint64_t to, std::uint64_t from) {
        return static_cast<double>(to - from) / seconds;
      };
      on_progress_(
          {.joining = report_.joins.to_come(),
           .ready = report_.joins.ready,
           .failed = report_.joins.failed,
           .lost = report_.joins.lost,
           .is_measuring = is_measuring_,
           .left = std::max(measure_until_ - now, Duration::zero()),
           .packets_sent_per_second = rate(c.packets_sent, shown_.packets_sent),
           .packets_received_per_second = rate(c.packets_received, shown_.packets_received),
           .megabits_received_per_second = rate(c.bytes_received, shown_.bytes_received) * 8e-6});
      shown_ = c;
      shown_at_ = now;
      show_progress();
    });
  });
}

}  // namespace

Result<Report> run(const Options& options, OnProgress on_progress) {
  if (const auto checked = validate(options); !checked) return std::unexpected(checked.error());
  http::ClientTarget target;
  const auto origin = http::Origin::parse(options.url);
  if (!origin) return std::unexpected(origin.error());
  target.origin = *origin;
  const auto address = http::resolve(origin->host);
  if (!address) return std::unexpected(address.error());
  target.address = *address;
  target.verify_certificate = options.verify_certificate;
  if (!options.token.empty())
    target.headers.emplace_back("Authorization", "Bearer " + options.token);
  if (!options.i_own_this_server && !is_private_address(*address)) {
    return fail(ErrorCode::kForbidden,
                options.url + " is at a public address: --i-own-this-server says that it is yours");
  }
  allow_many_files();
  auto identity = dtls::DtlsIdentity::generate(wall_unix_ms() / 1000);
  if (!identity) return fail(ErrorCode::kInternal, "OpenSSL could not make a key");
  LoadTest test(options, std::move(target), *std::move(identity), std::move(on_progress));
  return test.run();
}

}  // namespace confab::loadtest
