// What a command makes a shard do. Each is answered once, by the shard that comes to the end of it,
// or by the one that can not go on.
#pragma once

#include <map>
#include <optional>

#include "base/ids.h"
#include "base/instant.h"
#include "control/media.h"
#include "control/shard.h"
#include "sfu/shard.h"

namespace confab::media {

// The shards to which this one has a pipe.
using ShardDoors = std::map<ShardAddress, control::ShardDoor*>;

// The answer; nothing if the command was passed on to another shard.
std::optional<control::MediaCompletion> carry_out(Instant now, sfu::Shard& shard,
                                                  const control::ShardCommand& command,
                                                  const ShardDoors& others);

}  // namespace confab::media
