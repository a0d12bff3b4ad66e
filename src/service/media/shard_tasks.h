// What a command makes a shard do. Each is answered once, by the shard that comes to the end of it,
// or by the one that can not go on.
#pragma once

#include <cstdint>
#include <functional>

#include "base/error.h"
#include "control/media.h"
#include "service/media/shard_host.h"

namespace confab::media {

ShardHost::Task carry_out(control::MediaCommand command);
// On a shard of a meeting that began on shard `home`: opens it there first.
ShardHost::Task carry_out_joined(std::uint8_t home, control::MediaCommand command);
// A Consume, for the shard of its producer, whose transport is on shard `far`: lays the producer's
// pipe first. `far` must outlive what is in the other's mailbox.
ShardHost::Task consume_across(ShardHost& far, control::MediaCommand command);
// Hands the answer, on the shard's thread, to `done` alone.
ShardHost::Task carry_out_quietly(control::MediaCommand command,
                                  std::function<void(Result<control::MediaResult>)> done);

}  // namespace confab::media
