#include "service/media/local_media.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "engine/shard_thread.h"
#include "platform/clock/clock.h"

namespace confab::media {
namespace {

engine::LoopOptions loop_options(const MediaConfig& config, std::span<const MediaAddress> addresses,
                                 std::uint16_t port) {
  engine::LoopOptions options;
  options.tcp = config.tcp;
  options.udp.receive_buffer_bytes = static_cast<int>(config.receive_buffer_bytes);
  for (const MediaAddress& address : addresses) options.listen.push_back({address.listen, port});
  return options;
}

}  // namespace

LocalMedia::LocalMedia(dtls::DtlsIdentity identity, Post post)
    : identity_(std::move(identity)),
      post_(std::move(post)),
      alive_(std::make_shared<LocalMedia*>(this)) {}

LocalMedia::~LocalMedia() {
  *alive_ = nullptr;
}

Result<std::unique_ptr<LocalMedia>> LocalMedia::start(const MediaConfig& config,
                                                      dtls::DtlsIdentity identity, LogSink& log,
                                                      Post post) {
  auto self = std::unique_ptr<LocalMedia>(new LocalMedia(std::move(identity), std::move(post)));
  self->announced_ = choose_addresses(config.addresses, engine::interface_addresses());
  if (self->announced_.addresses.empty()) {
    return fail(ErrorCode::kUnavailable,
                "no network address to listen on; name one with --media-address");
  }
  const unsigned cores = engine::usable_cores();
  const std::size_t count = config.shards != 0 ? config.shards : cores;
  const WallMap wall = make_wall_map();
  for (std::size_t i = 0; i < count; ++i) {
    const auto port = static_cast<std::uint16_t>(config.port + i);
    ShardSetup setup;
    setup.shard.place = {.node = 0, .shard = static_cast<std::uint8_t>(i)};
    setup.shard.candidates =
        host_candidates(self->announced_.addresses, port, config.udp, config.tcp);
    setup.shard.wall = wall;
    setup.shard.timing.ice_closed_after = config.consent_timeout;
    setup.loop = loop_options(config, self->announced_.addresses, port);
    // A single shard is left to the scheduler: pinned, it would fight with whoever is on that core.
    if (count > 1 && count <= cores) setup.cpu = static_cast<unsigned>(i);
    setup.on_completion = [media = self.get(), alive = self->alive_](control::MediaCompletion c) {
      media->post_([alive, completion = std::make_shared<control::MediaCompletion>(std::move(c))] {
        if (*alive != nullptr) (*alive)->on_completion(std::move(*completion));
      });
    };
    setup.on_event = [media = self.get(), alive = self->alive_](control::MediaEvent e) {
      media->post_([alive, event = std::make_shared<control::MediaEvent>(std::move(e))] {
        if (*alive != nullptr) (*alive)->on_event(std::move(*event));
      });
    };
    auto host = ShardHost::start(std::move(setup), self->identity_, log);
    if (!host) return std::unexpected(host.error());
    self->shards_.push_back(std::move(*host));
  }
  self->transports_per_shard_.resize(count);
  return self;
}

std::size_t LocalMedia::least_loaded() const {
  const auto least = std::ranges::min_element(transports_per_shard_);
  return static_cast<std::size_t>(least - transports_per_shard_.begin());
}

void LocalMedia::send(control::MediaCommand command) {
  auto placed = meetings_.find(command.meeting);
  if (placed == meetings_.end()) {
    if (!std::holds_alternative<control::OpenMeeting>(command.request)) {
      answer(command, ErrorCode::kNotFound, "this meeting has no media");
      return;
    }
    placed = meetings_.emplace(command.meeting, Placement{.shard = least_loaded()}).first;
  }
  const bool is_close = std::holds_alternative<control::CloseMeeting>(command.request);
  if (!shards_[placed->second.shard]->send(std::move(command))) {
    answer(command, ErrorCode::kUnavailable, "the media plane is overloaded; try again");
    return;
  }
  if (is_close) {
    transports_per_shard_[placed->second.shard] -= placed->second.transports;
    meetings_.erase(placed);
  }
}

void LocalMedia::answer(const control::MediaCommand& command, ErrorCode code, std::string message) {
  // Posted like any other answer: never from inside send().
  post_([alive = alive_, id = command.id, meeting = command.meeting, code,
         text = std::move(message)] {
    if (*alive != nullptr)
      (*alive)->listener_->on_media_completion({id, meeting, fail(code, text)});
  });
}

void LocalMedia::on_completion(control::MediaCompletion completion) {
  CHECK(listener_ != nullptr);
  const auto placed = meetings_.find(completion.meeting);
  if (placed != meetings_.end() && completion.result &&
      std::holds_alternative<control::TransportCreated>(*completion.result)) {
    ++placed->second.transports;
    ++transports_per_shard_[placed->second.shard];
  }
  listener_->on_media_completion(std::move(completion));
}

void LocalMedia::on_event(control::MediaEvent event) {
  CHECK(listener_ != nullptr);
  const auto placed = meetings_.find(event.meeting);
  const auto* changed = std::get_if<control::TransportStateChanged>(&event.body);
  const bool is_gone = changed != nullptr && (changed->state == control::TransportState::kClosed ||
                                              changed->state == control::TransportState::kFailed);
  if (placed != meetings_.end() && is_gone && placed->second.transports > 0) {
    --placed->second.transports;
    --transports_per_shard_[placed->second.shard];
  }
  listener_->on_media_event(std::move(event));
}

void LocalMedia::ask_snapshots(std::function<void(std::vector<ShardSnapshot>)> on_snapshots) {
  struct Round {
    std::vector<ShardSnapshot> got;
    std::size_t missing = 0;
    std::function<void(std::vector<ShardSnapshot>)> done;
  };
  auto round = std::make_shared<Round>();
  round->missing = shards_.size();
  round->done = std::move(on_snapshots);
  // Only ever touched on the listener's thread.
  const auto arrived = [round](const ShardSnapshot* snapshot) {
    if (snapshot != nullptr) round->got.push_back(*snapshot);
    if (--round->missing == 0) round->done(std::move(round->got));
  };
  for (const auto& shard : shards_) {
    const bool asked = shard->ask_snapshot([this, arrived](ShardSnapshot snapshot) {
      post_([arrived, snapshot = std::move(snapshot)] { arrived(&snapshot); });
    });
    if (!asked) post_([arrived] { arrived(nullptr); });
  }
}

}  // namespace confab::media
