// Commands of a meeting on several shards, where there is more to do than to hand one on. Each is
// answered once, by the shard that comes to the end of it, or by the one that can not go on.
#pragma once

#include <cstdint>
#include <functional>

#include "base/error.h"
#include "control/media.h"
#include "service/media/shard_host.h"

namespace confab::media {

// These return false, and will not answer, if the shard's mailbox is full. Any thread.

// Carries the command out on a shard of a meeting that began on shard `home`, opening it there.
bool carry_out_joined(ShardHost& shard, std::uint8_t home, const control::MediaCommand& command);
// A Consume whose producer is on shard `near` and whose transport is on shard `far`: lays the
// producer's pipe first. Both must outlive what is in the other's mailbox.
bool consume_across(ShardHost& near, ShardHost& far, const control::MediaCommand& command);
// Carries the command out and hands the answer, on the shard's thread, to `done` alone.
bool carry_out_quietly(ShardHost& shard, const control::MediaCommand& command,
                       std::function<void(Result<control::MediaResult>)> done);

}  // namespace confab::media
