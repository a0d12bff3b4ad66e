#include "service/media/shard_tasks.h"

#include <utility>

namespace confab::media {
namespace {

control::MediaCompletion refusal(const control::MediaCommand& command, Error error) {
  return {command.id, command.meeting, std::unexpected(std::move(error))};
}

void accept_and_consume(Instant now, ShardHost& far, const control::MediaCommand& command,
                        const sfu::SourceSetup& producer) {
  if (const auto accepted = far.shard().accept_producer(command.meeting, producer); !accepted) {
    return far.complete(refusal(command, accepted.error()));
  }
  far.complete(far.shard().handle_command(now, command));
}

void pipe_and_pass_on(ShardHost& near, ShardHost& far, const control::MediaCommand& command) {
  const auto& request = std::get<control::Consume>(command.request);
  auto producer = near.shard().pipe_producer(command.meeting, request.producer, far.number());
  if (!producer) return near.complete(refusal(command, producer.error()));
  const bool taken =
      far.post([command, setup = std::move(*producer)](Instant now, ShardHost& host) {
        accept_and_consume(now, host, command, setup);
      });
  if (taken) return;
  near.complete(
      refusal(command, {ErrorCode::kUnavailable, "the media plane is overloaded; try again"}));
}

}  // namespace

ShardHost::Task carry_out(control::MediaCommand command) {
  return [command = std::move(command)](Instant now, ShardHost& host) {
    host.complete(host.shard().handle_command(now, command));
  };
}

ShardHost::Task carry_out_joined(std::uint8_t home, control::MediaCommand command) {
  return [home, command = std::move(command)](Instant now, ShardHost& host) {
    if (const auto joined = host.shard().join_meeting(command.meeting, home); !joined) {
      return host.complete(refusal(command, joined.error()));
    }
    host.complete(host.shard().handle_command(now, command));
  };
}

ShardHost::Task consume_across(ShardHost& far, control::MediaCommand command) {
  return [command = std::move(command), &far](Instant, ShardHost& near) {
    pipe_and_pass_on(near, far, command);
  };
}

ShardHost::Task carry_out_quietly(control::MediaCommand command,
                                  std::function<void(Result<control::MediaResult>)> done) {
  return [command = std::move(command), done = std::move(done)](Instant now, ShardHost& host) {
    done(host.shard().handle_command(now, command).result);
  };
}

}  // namespace confab::media
