#include "service/media/local_media.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "control/place.h"
#include "engine/shard_thread.h"
#include "platform/clock/clock.h"
#include "service/media/shard_tasks.h"

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

// What the shards of a meeting count, as they tell it one by one.
struct StatsRound {
  StatsRound(control::RequestId request, const MeetingId& of, std::size_t shards)
      : id(request), meeting(of), missing(shards) {}

  void add(const Result<control::MediaResult>& part) {
    --missing;
    // A shard that the meeting could not come to has nothing to tell.
    const auto* stats = part ? std::get_if<control::MeetingStats>(&*part) : nullptr;
    if (stats == nullptr) return;
    const auto append = [](auto& to, const auto& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(sum.transports, stats->transports);
    append(sum.producers, stats->producers);
    append(sum.consumers, stats->consumers);
  }
  control::MediaCompletion completion() const { return {id, meeting, sum}; }

  control::RequestId id;
  MeetingId meeting;
  std::size_t missing;
  control::MeetingStats sum;
};

}  // namespace

LocalMedia::LocalMedia(Placement placement, dtls::DtlsIdentity identity, Post post)
    : identity_(std::move(identity)),
      post_(std::move(post)),
      placement_(std::move(placement)),
      alive_(std::make_shared<LocalMedia*>(this)) {}

LocalMedia::~LocalMedia() {
  *alive_ = nullptr;
  // All of them before one goes: they write into each other's pipes.
  for (const auto& shard : shards_) shard->stop();
}

Result<std::unique_ptr<LocalMedia>> LocalMedia::start(const MediaConfig& config,
                                                      dtls::DtlsIdentity identity, LogSink& log,
                                                      Post post) {
  const std::size_t count = config.shards != 0 ? config.shards : engine::usable_cores();
  auto self = std::unique_ptr<LocalMedia>(new LocalMedia(Placement(count, config.spread_transports),
                                                         std::move(identity), std::move(post)));
  self->announced_ = choose_addresses(config.addresses, engine::interface_addresses());
  if (self->announced_.addresses.empty()) {
    return fail(ErrorCode::kUnavailable,
                "no network address to listen on; name one with --media-address");
  }
  if (const auto opened = self->open_shards(config, count, log); !opened) {
    return std::unexpected(opened.error());
  }
  self->start_shards();
  return self;
}

Result<void> LocalMedia::open_shards(const MediaConfig& config, std::size_t count, LogSink& log) {
  const unsigned cores = engine::usable_cores();
  const WallMap wall = make_wall_map();
  for (std::size_t i = 0; i < count; ++i) {
    const auto port = static_cast<std::uint16_t>(config.port + i);
    ShardSetup setup;
    setup.shard.place = {.node = 0, .shard = static_cast<std::uint8_t>(i)};
    setup.shard.candidates = host_candidates(announced_.addresses, port, config.udp, config.tcp);
    setup.shard.wall = wall;
    setup.shard.timing.ice_closed_after = config.consent_timeout;
    setup.loop = loop_options(config, announced_.addresses, port);
    // A single shard is left to the scheduler: pinned, it would fight with whoever is on that core.
    if (count > 1 && count <= cores) setup.cpu = static_cast<unsigned>(i);
    setup.on_completion = [this, alive = alive_](control::MediaCompletion c) {
      post_([alive, completion = std::make_shared<control::MediaCompletion>(std::move(c))] {
        if (*alive != nullptr) (*alive)->on_completion(std::move(*completion));
      });
    };
    setup.on_event = [this, alive = alive_](control::MediaEvent e) {
      post_([alive, event = std::make_shared<control::MediaEvent>(std::move(e))] {
        if (*alive != nullptr) (*alive)->on_event(std::move(*event));
      });
    };
    auto host = ShardHost::open(std::move(setup), identity_, log);
    if (!host) return std::unexpected(host.error());
    shards_.push_back(std::move(*host));
  }
  return {};
}

void LocalMedia::start_shards() {
  for (const auto& from : shards_) {
    for (const auto& to : shards_) {
      if (from != to) from->connect_to(*to);
    }
  }
  for (const auto& shard : shards_) shard->start();
}

// ---- commands ----

void LocalMedia::send(control::MediaCommand command) {
  if (std::holds_alternative<control::OpenMeeting>(command.request)) {
    placement_.open(command.meeting);
  }
  const auto home = placement_.home(command.meeting);
  if (!home) return answer(command, ErrorCode::kNotFound, "this meeting has no media");
  if (!carry_out(command, *home)) {
    answer(command, ErrorCode::kUnavailable, "the media plane is overloaded; try again");
  }
}

bool LocalMedia::carry_out(control::MediaCommand& command, std::size_t home) {
  if (std::holds_alternative<control::CreateTransport>(command.request)) {
    return create_transport(command, home);
  }
  if (std::holds_alternative<control::CloseMeeting>(command.request)) {
    return close_meeting(command, home);
  }
  if (std::holds_alternative<control::GetMeetingStats>(command.request)) {
    return gather_stats(command);
  }
  if (const auto place = control::place_of(command.request)) {
    return carry_out_at_place(command, *place);
  }
  return shards_[home]->send(std::move(command));
}

bool LocalMedia::create_transport(control::MediaCommand& command, std::size_t home) {
  const ParticipantId participant = std::get<control::CreateTransport>(command.request).participant;
  const std::size_t shard = placement_.add_transport(command.meeting, participant);
  // Whatever becomes of it, the answer settles it (on_completion).
  creating_.emplace(command.id, participant);
  return shard == home ? shards_[shard]->send(std::move(command))
                       : carry_out_joined(*shards_[shard], shards_[home]->number(), command);
}

// The others first: once the home has taken it, the meeting is forgotten. If one has not, it is
// asked for again, and those that are closed already do not mind.
bool LocalMedia::close_meeting(control::MediaCommand& command, std::size_t home) {
  const MeetingId meeting = command.meeting;
  for (const std::size_t shard : placement_.shards_of(meeting)) {
    if (shard == home) continue;
    const bool taken = carry_out_quietly(*shards_[shard], command, [](const auto&) {});
    if (!taken) return false;
  }
  if (!shards_[home]->send(std::move(command))) return false;
  placement_.close(meeting);
  return true;
}

bool LocalMedia::gather_stats(const control::MediaCommand& command) {
  const std::vector<std::size_t> shards = placement_.shards_of(command.meeting);
  const auto round = std::make_shared<StatsRound>(command.id, command.meeting, shards.size());
  // Only ever called on the listener's thread.
  const auto arrived = [round, alive = alive_](const Result<control::MediaResult>& part) {
    round->add(part);
    if (round->missing == 0 && *alive != nullptr) (*alive)->on_completion(round->completion());
  };
  for (const std::size_t shard : shards) {
    const bool taken = carry_out_quietly(*shards_[shard], command, [this, arrived](auto part) {
      post_([arrived, part = std::move(part)] { arrived(part); });
    });
    // What the others answer is not waited for: the round stays incomplete.
    if (!taken) return false;
  }
  return true;
}

bool LocalMedia::carry_out_at_place(control::MediaCommand& command, const ShardAddress& place) {
  ShardHost* host = host_at(command.meeting, place);
  if (host == nullptr) {
    answer(command, ErrorCode::kNotFound, "this meeting has nothing of that id");
    return true;
  }
  if (const auto* consume = std::get_if<control::Consume>(&command.request)) {
    ShardHost* near = host_at(command.meeting, consume->producer.place());
    if (near == nullptr) {
      answer(command, ErrorCode::kNotFound, "no such producer");
      return true;
    }
    if (near != host) return consume_across(*near, *host, command);
  }
  const auto* close = std::get_if<control::CloseTransport>(&command.request);
  const TransportId closed = close != nullptr ? close->transport : TransportId{};
  const MeetingId meeting = command.meeting;
  if (!host->send(std::move(command))) return false;
  placement_.transport_gone(meeting, closed);
  return true;
}

ShardHost* LocalMedia::host_at(const MeetingId& meeting, const ShardAddress& place) const {
  return place.node == 0 && placement_.is_on(meeting, place.shard) ? shards_[place.shard].get()
                                                                   : nullptr;
}

void LocalMedia::answer(const control::MediaCommand& command, ErrorCode code, std::string message) {
  // Posted like any other answer: never from inside send().
  post_([alive = alive_, id = command.id, meeting = command.meeting, code,
         text = std::move(message)] {
    if (*alive != nullptr) (*alive)->on_completion({id, meeting, fail(code, text)});
  });
}

// ---- answers and events ----

void LocalMedia::on_completion(control::MediaCompletion completion) {
  CHECK(listener_ != nullptr);
  if (const auto asked = creating_.extract(completion.id); !asked.empty()) {
    const auto* created =
        completion.result ? std::get_if<control::TransportCreated>(&*completion.result) : nullptr;
    if (created != nullptr) {
      placement_.transport_made(completion.meeting, asked.mapped(), created->transport);
    } else {
      placement_.transport_refused(completion.meeting, asked.mapped());
    }
  }
  listener_->on_media_completion(std::move(completion));
}

void LocalMedia::on_event(control::MediaEvent event) {
  CHECK(listener_ != nullptr);
  const auto* changed = std::get_if<control::TransportStateChanged>(&event.body);
  const bool is_gone = changed != nullptr && (changed->state == control::TransportState::kClosed ||
                                              changed->state == control::TransportState::kFailed);
  if (is_gone) placement_.transport_gone(event.meeting, changed->transport);
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
