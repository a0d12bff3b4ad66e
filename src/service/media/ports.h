// The ports of all shards on one address, and what candidates say of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "engine/packet_loop.h"
#include "platform/config/config.h"
#include "rtc/ortc/types.h"

namespace confab::media {

// By shard.
using PortsOfShards = std::vector<engine::Listener>;

// How many shards, and which share of the machine each has: TCP peers are given half of what this
// process may open, since the other half are web pages and files.
engine::LoopOptions loop_options(const MediaConfig& config, std::size_t shards);
std::uint16_t port_of(const MediaConfig& config, std::size_t shard);
std::vector<ortc::IceCandidate> candidates_of(std::span<const MediaAddress> addresses,
                                              const MediaConfig& config, std::size_t shard);

// All of them or none.
std::expected<PortsOfShards, engine::ListenError> open_ports(const MediaAddress& address,
                                                             const MediaConfig& config,
                                                             const engine::LoopOptions& options,
                                                             std::size_t shards);

}  // namespace confab::media
