#include "service/media/shard_commands.h"

#include <utility>

#include "base/error.h"

namespace confab::media {
namespace {

struct CarryOut {
  Instant now;
  sfu::Shard& shard;
  const control::MediaCommand& command;
  const ShardDoors& others;

  using Answer = std::optional<control::MediaCompletion>;

  Answer refuse(Error error) const {
    return control::MediaCompletion{command.id, command.meeting, std::unexpected(std::move(error))};
  }
  Answer go_on() const { return shard.handle_command(now, command); }

  Answer operator()(std::monostate) const { return go_on(); }

  Answer operator()(const control::JoinMeeting& join) const {
    const auto joined = shard.join_meeting(command.meeting, join.home.shard);
    return joined ? go_on() : refuse(joined.error());
  }

  Answer operator()(const control::PipeProducer& pipe) const {
    const auto other = others.find(pipe.to);
    if (other == others.end()) {
      return refuse({ErrorCode::kUnsupported, "there is no pipe to where this transport is"});
    }
    const auto* consume = std::get_if<control::Consume>(&command.request);
    if (consume == nullptr) return refuse({ErrorCode::kInternal, "only a consumer needs a pipe"});
    auto producer = shard.pipe_producer(command.meeting, consume->producer, pipe.to.shard);
    if (!producer) return refuse(producer.error());
    if (other->second->post({command, control::AcceptProducer{std::move(*producer)}})) {
      return std::nullopt;
    }
    return refuse({ErrorCode::kUnavailable, "the media plane is overloaded; try again"});
  }

  Answer operator()(const control::AcceptProducer& accept) const {
    const auto accepted = shard.accept_producer(command.meeting, accept.producer);
    return accepted ? go_on() : refuse(accepted.error());
  }
};

}  // namespace

std::optional<control::MediaCompletion> carry_out(Instant now, sfu::Shard& shard,
                                                  const control::ShardCommand& command,
                                                  const ShardDoors& others) {
  return std::visit(CarryOut{now, shard, command.command, others}, command.first);
}

}  // namespace confab::media
