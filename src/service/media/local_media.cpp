#include "service/media/local_media.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "control/place.h"
#include "engine/shard_thread.h"

namespace confab::media {
namespace {

// Of one thing in a meeting.
bool is_close(const control::MediaRequest& request) {
  return std::holds_alternative<control::CloseTransport>(request) ||
         std::holds_alternative<control::CloseProducer>(request) ||
         std::holds_alternative<control::CloseConsumer>(request);
}

}  // namespace

LocalMedia::LocalMedia(const MediaConfig& config, std::uint16_t node, Placement placement,
                       dtls::DtlsIdentity identity, LogSink& log, Post post,
                       Surroundings surroundings)
    : config_(config),
      node_(node),
      count_(placement.shards()),
      identity_(std::move(identity)),
      log_(log),
      post_(std::move(post)),
      surroundings_(std::move(surroundings)),
      loop_options_(loop_options(config, count_)),
      port_wait_(config.port, static_cast<std::uint16_t>(config.port + count_ - 1),
                 engine::ephemeral_ports()),
      // Twice as long as anybody might still be heard of on a path there.
      listening_(2 * config.consent_timeout),
      placement_(std::move(placement)),
      alive_(std::make_shared<LocalMedia*>(this)) {}

LocalMedia::~LocalMedia() {
  *alive_ = nullptr;
  // All of them before one goes: they write into each other's pipes.
  for (const auto& shard : shards_) shard->stop();
}

Result<std::unique_ptr<LocalMedia>> LocalMedia::start(const MediaConfig& config, std::uint16_t node,
                                                      dtls::DtlsIdentity identity, LogSink& log,
                                                      Post post, Surroundings surroundings) {
  const std::size_t count = config.shards != 0 ? config.shards : engine::usable_cores();
  Placement placement(count, config.spread_transports, sfu::ShardLimits{}.routers_max);
  auto self = std::unique_ptr<LocalMedia>(new LocalMedia(config, node, std::move(placement),
                                                         std::move(identity), log, std::move(post),
                                                         std::move(surroundings)));
  for (const auto step :
       {&LocalMedia::open_addresses, &LocalMedia::make_shards, &LocalMedia::start_shards}) {
    if (const auto done = (*self.*step)(); !done) return std::unexpected(done.error());
  }
  return self;
}

Result<void> LocalMedia::make_shards() {
  const unsigned cores = engine::usable_cores();
  const WallMap wall = make_wall_map();
  for (std::size_t i = 0; i < count_; ++i) {
    ShardSetup setup;
    setup.shard.place = {.node = node_, .shard = static_cast<std::uint8_t>(i)};
    setup.shard.candidates = candidates_of(announced_.addresses, config_, i);
    setup.shard.wall = wall;
    setup.shard.timing.ice_closed_after = config_.consent_timeout;
    setup.loop = loop_options_;
    // A single shard is left to the scheduler: pinned, it would fight with whoever is on that core.
    if (count_ > 1 && count_ <= cores) setup.cpu = static_cast<unsigned>(i);
    setup.on_completion = [this](control::MediaCompletion c) {
      come_back([completion = std::make_shared<control::MediaCompletion>(std::move(c))](
                    LocalMedia& self) { self.on_completion(std::move(*completion)); });
    };
    setup.on_event = [this](control::MediaEvent e) {
      come_back([event = std::make_shared<control::MediaEvent>(std::move(e))](LocalMedia& self) {
        self.on_event(std::move(*event));
      });
    };
    setup.on_snapshot = [this](SnapshotRound round, const ShardSnapshot& snapshot) {
      come_back([round, snapshot](LocalMedia& self) { self.on_snapshot(round, &snapshot); });
    };
    auto host = ShardHost::open(std::move(setup), identity_, log_);
    if (!host) return std::unexpected(host.error());
    for (PortsOfShards& ports : opened_) {
      if (const auto added = (*host)->listen(std::move(ports[i])); !added) return added;
    }
    shards_.push_back(std::move(*host));
  }
  opened_.clear();
  return {};
}

Result<void> LocalMedia::start_shards() {
  for (const auto& from : shards_) {
    for (const auto& to : shards_) {
      if (from != to) from->connect_to(*to);
    }
  }
  for (const auto& shard : shards_) {
    if (const auto started = shard->start(); !started) return started;
  }
  return {};
}

// ---- commands ----

void LocalMedia::send(control::MediaCommand command) {
  const control::RequestId id = command.id;
  const MeetingId meeting = command.meeting;
  const bool is_opening = std::holds_alternative<control::OpenMeeting>(command.request);
  if (is_opening && !placement_.home(meeting)) {
    placement_.open(meeting);
    opening_[meeting] = id;
  }
  const auto home = placement_.home(meeting);
  if (!home) return answer(id, meeting, ErrorCode::kNotFound, "this meeting has no media");
  control::Epoch& highest = epochs_[meeting];
  if (command.epoch < highest) {
    return answer(id, meeting, ErrorCode::kConflict,
                  "this meeting has a newer owner (epoch " + std::to_string(highest) + ")");
  }
  highest = command.epoch;
  if (!dispatch(std::move(command), *home)) {
    answer(id, meeting, ErrorCode::kUnavailable, "the media plane is overloaded; try again");
  }
}

bool LocalMedia::dispatch(control::MediaCommand command, std::size_t home) {
  if (std::holds_alternative<control::CreateTransport>(command.request)) {
    return create_transport(std::move(command), home);
  }
  if (std::holds_alternative<control::CloseMeeting>(command.request)) {
    close_meeting(command);
    return true;
  }
  if (std::holds_alternative<control::GetMeetingStats>(command.request)) {
    return gather_stats(command);
  }
  if (const auto* request = std::get_if<control::Admit>(&command.request)) {
    admit(command, *request);
    return true;
  }
  if (const auto* request = std::get_if<control::SetPermits>(&command.request)) {
    set_permits(command, *request);
    return true;
  }
  if (const auto* request = std::get_if<control::Dismiss>(&command.request)) {
    dismiss(command, *request);
    return true;
  }
  if (const auto place = control::place_of(command.request)) {
    return send_to_place(std::move(command), *place);
  }
  return shards_[home]->ask({std::move(command), {}});
}

bool LocalMedia::create_transport(control::MediaCommand command, std::size_t home) {
  auto& request = std::get<control::CreateTransport>(command.request);
  const ParticipantId participant = request.participant;
  request.permits = {};
  if (const auto known = admitted_.find(command.meeting); known != admitted_.end()) {
    const auto one = known->second.find(participant);
    if (one == known->second.end()) {
      answer(command.id, command.meeting, ErrorCode::kForbidden,
             "this participant is not admitted");
      return true;
    }
    request.permits = one->second;
  }
  const std::size_t shard = placement_.add_transport(command.meeting, participant);
  // Whatever becomes of it, the answer settles it (settle).
  creating_.emplace(command.id, participant);
  control::ShardCommand out{std::move(command), {}};
  if (shard != home) out.first = control::JoinMeeting{shards_[home]->address()};
  return shards_[shard]->ask(std::move(out));
}

void LocalMedia::pass_to_seat(const control::MediaCommand& command,
                              const ParticipantId& participant, control::MediaResult otherwise) {
  if (const auto shard = placement_.seat(command.meeting, participant)) {
    shards_[*shard]->insist({command, {}});
  } else {
    answer({command.id, command.meeting, std::move(otherwise)});
  }
}

void LocalMedia::admit(const control::MediaCommand& command, const control::Admit& request) {
  auto& known = admitted_[command.meeting];
  if (known.size() >= limits::kParticipantsPerMeeting && !known.contains(request.participant)) {
    return answer(command.id, command.meeting, ErrorCode::kFull, "too many are admitted");
  }
  known[request.participant] = request.permits;
  pass_to_seat(command, request.participant, control::Done{});
}

void LocalMedia::set_permits(const control::MediaCommand& command,
                             const control::SetPermits& request) {
  const auto known = admitted_.find(command.meeting);
  if (known == admitted_.end() || !known->second.contains(request.participant)) {
    return answer(command.id, command.meeting, ErrorCode::kNotFound,
                  "this participant is not admitted");
  }
  known->second[request.participant] = request.permits;
  pass_to_seat(command, request.participant, control::PermitsSet{});
}

void LocalMedia::dismiss(const control::MediaCommand& command, const control::Dismiss& request) {
  const auto known = admitted_.find(command.meeting);
  if (known != admitted_.end()) known->second.erase(request.participant);
  pass_to_seat(command, request.participant, control::Done{});
}

void LocalMedia::close_meeting(const control::MediaCommand& command) {
  const std::vector<std::size_t> shards = placement_.shards_of(command.meeting);
  rounds_.emplace(command.id, CommandRound(shards.size()));
  for (const std::size_t shard : shards) shards_[shard]->insist({command, {}});
  forget(command.meeting);
}

bool LocalMedia::gather_stats(const control::MediaCommand& command) {
  const std::vector<std::size_t> shards = placement_.shards_of(command.meeting);
  std::size_t asked = 0;
  for (const std::size_t shard : shards) {
    if (!shards_[shard]->ask({command, {}})) break;
    ++asked;
  }
  const bool all = asked == shards.size();
  if (asked > 0) rounds_.emplace(command.id, CommandRound(asked, all));
  return all;
}

void LocalMedia::forget(const MeetingId& meeting) {
  placement_.close(meeting);
  opening_.erase(meeting);
  epochs_.erase(meeting);
  admitted_.erase(meeting);
}

bool LocalMedia::send_to_place(control::MediaCommand command, const ShardAddress& place) {
  ShardHost* host = host_at(command.meeting, place);
  if (host == nullptr) {
    answer(command.id, command.meeting, ErrorCode::kNotFound,
           "this meeting has nothing of that id");
    return true;
  }
  if (is_close(command.request)) {
    close_at(*host, std::move(command));
    return true;
  }
  if (std::holds_alternative<control::Consume>(command.request)) {
    return consume(std::move(command), *host);
  }
  return host->ask({std::move(command), {}});
}

bool LocalMedia::consume(control::MediaCommand command, ShardHost& host) {
  const ShardAddress from = std::get<control::Consume>(command.request).producer.place();
  if (from.node != node_) {
    answer(command.id, command.meeting, ErrorCode::kUnsupported,
           "the producer is on another media node");
    return true;
  }
  ShardHost* near = host_at(command.meeting, from);
  if (near == nullptr) {
    answer(command.id, command.meeting, ErrorCode::kNotFound, "no such producer");
    return true;
  }
  control::ShardCommand out{std::move(command), {}};
  if (near != &host) out.first = control::PipeProducer{host.address()};
  return near->ask(std::move(out));
}

void LocalMedia::close_at(ShardHost& host, control::MediaCommand command) {
  if (const auto* close = std::get_if<control::CloseTransport>(&command.request)) {
    placement_.transport_gone(command.meeting, close->transport);
  }
  host.insist({std::move(command), {}});
}

ShardHost* LocalMedia::host_at(const MeetingId& meeting, const ShardAddress& place) const {
  const bool is_here = place.node == node_ && placement_.is_on(meeting, place.shard);
  return is_here ? shards_[place.shard].get() : nullptr;
}

void LocalMedia::answer(control::RequestId id, const MeetingId& meeting, ErrorCode code,
                        std::string message) {
  answer({id, meeting, fail(code, std::move(message))});
}

// Posted like any other answer: never from inside send().
void LocalMedia::answer(control::MediaCompletion completion) {
  come_back([completion = std::move(completion)](LocalMedia& self) { self.settle(completion); });
}

// ---- answers and events ----

void LocalMedia::come_back(std::function<void(LocalMedia&)> task) {
  post_([alive = alive_, task = std::move(task)] {
    if (*alive == nullptr) return;
    for (const auto& shard : (*alive)->shards_) shard->let_in();
    task(**alive);
  });
}

void LocalMedia::on_completion(control::MediaCompletion completion) {
  const auto round = rounds_.find(completion.id);
  if (round == rounds_.end()) return settle(std::move(completion));
  round->second.add(std::move(completion.result));
  if (!round->second.is_complete()) return;
  const CommandRound ended = std::move(rounds_.extract(round).mapped());
  if (ended.is_wanted()) settle({completion.id, completion.meeting, ended.result()});
}

void LocalMedia::settle(control::MediaCompletion completion) {
  CHECK(listener_ != nullptr);
  if (const auto opened = opening_.find(completion.meeting);
      opened != opening_.end() && opened->second == completion.id) {
    // What its shard refused may begin on another.
    opening_.erase(opened);
    if (!completion.result) forget(completion.meeting);
  }
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
  const SnapshotRound round = ++last_snapshots_;
  snapshots_.emplace(round, Snapshots{{}, shards_.size(), std::move(on_snapshots)});
  for (const auto& shard : shards_) {
    if (shard->ask_snapshot(round)) continue;
    come_back([round](LocalMedia& self) { self.on_snapshot(round, nullptr); });
  }
}

void LocalMedia::on_snapshot(SnapshotRound round, const ShardSnapshot* snapshot) {
  const auto it = snapshots_.find(round);
  CHECK(it != snapshots_.end());
  if (snapshot != nullptr) it->second.got.push_back(*snapshot);
  if (--it->second.missing > 0) return;
  Snapshots done = std::move(snapshots_.extract(it).mapped());
  done.on_all(std::move(done.got));
}

}  // namespace confab::media
