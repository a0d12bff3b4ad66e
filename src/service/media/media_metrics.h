// What the shards count, for /metrics.
#pragma once

#include <span>

#include "platform/metrics/exposition.h"
#include "service/media/shard_host.h"

namespace confab::media {

void expose(std::span<const ShardSnapshot> shards, metrics::Exposition& out);

}  // namespace confab::media
