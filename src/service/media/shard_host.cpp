#include "service/media/shard_host.h"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

#include "control/obligation.h"
#include "platform/clock/clock.h"

namespace confab::media {

ShardHost::ShardHost(ShardSetup setup, LogSink& log) : setup_(std::move(setup)), log_(log) {}

Result<std::unique_ptr<ShardHost>> ShardHost::open(ShardSetup setup,
                                                   const dtls::DtlsIdentity& identity,
                                                   LogSink& log) {
  auto self = std::unique_ptr<ShardHost>(new ShardHost(std::move(setup), log));
  auto loop = engine::PacketLoop::open(self->setup_.loop, self->pool_, monotonic_now);
  if (!loop) return std::unexpected(loop.error());
  self->loop_ = std::move(*loop);
  self->shard_ = std::make_unique<sfu::Shard>(self->setup_.shard, identity, self->random_, log,
                                              self->pool_, monotonic_now());
  return self;
}

ShardHost::~ShardHost() {
  stop();
}

void ShardHost::connect_to(ShardHost& other) {
  other.from_others_.push_back(std::make_unique<ShardPipe>(address().shard, *other.loop_));
  to_others_.push_back(other.from_others_.back().get());
  shard_->connect_pipe(other.address().shard, *to_others_.back());
  others_.emplace(other.address(), &other);
}

Result<void> ShardHost::start() {
  const engine::LoopHooks hooks{.on_wake = [this](Instant now) { open_letters(now); },
                                .on_turn = [this](Instant now) { serve_pipes(now); },
                                .has_more = [this] { return has_piped(); },
                                .after_round = [this](Instant) { drain_events(); }};
  auto thread = engine::ShardThread::start("shard-" + std::to_string(address().shard), setup_.cpu,
                                           [this, hooks] { loop_->run(*shard_, hooks); });
  if (!thread) return std::unexpected(thread.error());
  thread_ = std::move(*thread);
  return {};
}

void ShardHost::stop() {
  if (thread_ == nullptr) return;
  loop_->stop();
  thread_.reset();
}

template <typename Body>
bool ShardHost::post_letter(Body&& body) {
  auto letter = std::make_unique<Letter>(std::move(body));
  if (!mailbox_.push(std::move(letter))) {
    body = std::get<std::remove_reference_t<Body>>(std::move(*letter));
    return false;
  }
  loop_->wake();
  return true;
}

bool ShardHost::post(control::ShardCommand&& command) {
  return post_letter(std::move(command));
}

bool ShardHost::ask_snapshot(SnapshotRound round) {
  return post_letter(AskSnapshot{round});
}

bool ShardHost::ask(control::ShardCommand&& command) {
  let_in();
  return waiting_.empty() && post(std::move(command));
}

void ShardHost::insist(control::ShardCommand command) {
  if (!ask(std::move(command))) waiting_.push_back(std::move(command));
}

void ShardHost::change_addresses(AddressChange change) {
  changes_waiting_.push_back(std::move(change));
  let_in();
}

void ShardHost::let_in() {
  while (!changes_waiting_.empty() && post_letter(std::move(changes_waiting_.front()))) {
    changes_waiting_.pop_front();
  }
  while (!waiting_.empty() && post(std::move(waiting_.front()))) waiting_.pop_front();
}

void ShardHost::open(Instant now, const control::ShardCommand& command) {
  const control::MediaCommand& asked = command.command;
  if (control::is_late(now, asked)) {
    ++commands_late_;
    setup_.on_completion({asked.id, asked.meeting,
                          fail(ErrorCode::kTimeout, "the command came too late to be begun")});
    return;
  }
  auto answer = carry_out(now, *shard_, command, others_);
  if (answer) setup_.on_completion(*std::move(answer));
}

void ShardHost::open(Instant, const AskSnapshot& ask) {
  setup_.on_snapshot(ask.round, snapshot());
}

void ShardHost::open(Instant, AddressChange& change) {
  for (const Endpoint& gone : change.close) loop_->remove(gone, *shard_);
  for (engine::Listener& listener : change.open) {
    if (const auto added = loop_->add(std::move(listener)); !added) {
      log_.write(LogLevel::kWarn, "media_address_unusable", {{"why", added.error().message}});
    }
  }
  shard_->set_candidates(std::move(change.candidates));
}

void ShardHost::open_letters(Instant now) {
  const Instant begun = monotonic_now();
  do {
    const auto letter = mailbox_.pop();
    if (!letter) return;
    std::visit([&](auto& body) { open(now, body); }, **letter);
  } while (monotonic_now() - begun < kLettersPerRound);
  loop_->wake();  // for the rest, when the packets that came meanwhile have been forwarded
}

void ShardHost::serve_pipes(Instant now) {
  for (const auto& pipe : from_others_) {
    pipe->read(kPipeBatch, [&](const sfu::PipeMessage& message) {
      shard_->handle_pipe(now, pipe->from(), message);
    });
  }
  shard_->flush_pipes(now);
  for (ShardPipe* pipe : to_others_) pipe->publish();
}

bool ShardHost::has_piped() const {
  return std::ranges::any_of(from_others_, [](const auto& pipe) { return !pipe->empty(); });
}

void ShardHost::drain_events() {
  control::MediaEvent event;
  while (shard_->poll_event(event)) setup_.on_event(std::move(event));
}

ShardSnapshot ShardHost::snapshot() const {
  return {.shard = setup_.shard.place.shard,
          .counters = shard_->counters(),
          .gauges = shard_->gauges(),
          .loop = loop_->counters(),
          .tcp_connections = loop_->tcp_connections(),
          .commands_late = commands_late_};
}

}  // namespace confab::media
