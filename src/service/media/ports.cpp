#include "service/media/ports.h"

#include <algorithm>

#include "engine/descriptors.h"
#include "service/media/announced.h"

namespace confab::media {

engine::LoopOptions loop_options(const MediaConfig& config, std::size_t shards) {
  engine::LoopOptions options;
  options.tcp = config.tcp;
  options.udp.receive_buffer_bytes = static_cast<int>(config.receive_buffer_bytes);
  constexpr std::size_t kFewest = 8;
  engine::TcpLimits& limits = options.tcp_options.limits;
  limits.connections_max =
      std::clamp(engine::descriptor_limit() / 2 / shards, kFewest, limits.connections_max);
  return options;
}

std::uint16_t port_of(const MediaConfig& config, std::size_t shard) {
  return static_cast<std::uint16_t>(config.port + shard);
}

std::vector<ortc::IceCandidate> candidates_of(std::span<const MediaAddress> addresses,
                                              const MediaConfig& config, std::size_t shard) {
  return host_candidates(addresses, port_of(config, shard), config.udp, config.tcp);
}

std::expected<PortsOfShards, engine::ListenError> open_ports(const MediaAddress& address,
                                                             const MediaConfig& config,
                                                             const engine::LoopOptions& options,
                                                             std::size_t shards) {
  PortsOfShards out;
  for (std::size_t i = 0; i < shards; ++i) {
    auto listener = engine::open_listener({address.listen, port_of(config, i)}, options);
    if (!listener) return std::unexpected(listener.error());
    out.push_back(std::move(*listener));
  }
  return out;
}

}  // namespace confab::media
