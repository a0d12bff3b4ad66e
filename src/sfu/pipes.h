// A meeting on several shards of one server: what the shards are asked to do for it, and what
// becomes of what arrives through a pipe.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "sfu/commands/commands.h"
#include "sfu/pipe_message.h"

namespace confab::sfu {

// See the functions of the same names in Shard.
Result<void> join_meeting(ShardState& shard, const MeetingId& meeting, std::uint8_t home);
Result<SourceSetup> pipe_producer(ShardState& shard, const MeetingId& meeting,
                                  const ProducerId& producer, std::uint8_t to);
Result<void> accept_producer(ShardState& shard, const MeetingId& meeting, const SourceSetup& setup);

void handle_pipe(ShardState& shard, Instant now, std::uint8_t from, const PipeMessage& message);

}  // namespace confab::sfu
