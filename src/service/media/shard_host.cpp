#include "service/media/shard_host.h"

#include <string>
#include <utility>

#include "platform/clock/clock.h"

namespace confab::media {

ShardHost::ShardHost(ShardSetup setup) : setup_(std::move(setup)) {}

Result<std::unique_ptr<ShardHost>> ShardHost::start(ShardSetup setup,
                                                    const dtls::DtlsIdentity& identity,
                                                    LogSink& log) {
  auto self = std::unique_ptr<ShardHost>(new ShardHost(std::move(setup)));
  auto loop = engine::PacketLoop::open(self->setup_.loop, self->pool_, monotonic_now);
  if (!loop) return std::unexpected(loop.error());
  self->loop_ = std::move(*loop);
  self->shard_ = std::make_unique<sfu::Shard>(self->setup_.shard, identity, self->random_, log,
                                              self->pool_, monotonic_now());
  const std::string name = "shard-" + std::to_string(self->setup_.shard.place.shard);
  self->thread_ =
      std::make_unique<engine::ShardThread>(name, self->setup_.cpu, [host = self.get()] {
        host->loop_->run(*host->shard_,
                         {.on_wake = [host](Instant now) { host->open_letters(now); },
                          .after_round = [host](Instant) { host->drain_events(); }});
      });
  return self;
}

ShardHost::~ShardHost() {
  if (thread_ == nullptr) return;
  loop_->stop();
  thread_.reset();
}

bool ShardHost::send(control::MediaCommand&& command) {
  Letter letter = std::move(command);
  if (!mailbox_.push(std::move(letter))) {
    command = std::get<control::MediaCommand>(std::move(letter));
    return false;
  }
  loop_->wake();
  return true;
}

bool ShardHost::ask_snapshot(std::function<void(ShardSnapshot)> on_snapshot) {
  if (!mailbox_.push(Letter(std::move(on_snapshot)))) return false;
  loop_->wake();
  return true;
}

void ShardHost::open_letters(Instant now) {
  for (int i = 0; i < kLettersPerRound; ++i) {
    const std::optional<Letter> letter = mailbox_.pop();
    if (!letter) return;
    if (const auto* command = std::get_if<control::MediaCommand>(&*letter)) {
      setup_.on_completion(shard_->handle_command(now, *command));
    } else {
      std::get<Snapshot> (*letter)(snapshot());
    }
  }
  loop_->wake();  // for the rest, when the packets that came meanwhile have been forwarded
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
          .tcp_connections = loop_->tcp_connections()};
}

}  // namespace confab::media
