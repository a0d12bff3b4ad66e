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

bool carry_out_joined(ShardHost& shard, std::uint8_t home, const control::MediaCommand& command) {
  return shard.post([home, command](Instant now, ShardHost& host) {
    if (const auto joined = host.shard().join_meeting(command.meeting, home); !joined) {
      return host.complete(refusal(command, joined.error()));
    }
    host.complete(host.shard().handle_command(now, command));
  });
}

bool consume_across(ShardHost& near, ShardHost& far, const control::MediaCommand& command) {
  return near.post(
      [command, &far](Instant, ShardHost& host) { pipe_and_pass_on(host, far, command); });
}

bool carry_out_quietly(ShardHost& shard, const control::MediaCommand& command,
                       std::function<void(Result<control::MediaResult>)> done) {
  return shard.post([command, done = std::move(done)](Instant now, ShardHost& host) {
    done(host.shard().handle_command(now, command).result);
  });
}

}  // namespace confab::media
