// Which addresses media listens on, and what candidates say about them. What `confab serve` prints
// is what is announced here.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/net.h"
#include "engine/interfaces.h"
#include "platform/config/config.h"
#include "rtc/ortc/types.h"

namespace confab::media {

struct AnnouncedAddresses {
  std::vector<MediaAddress> addresses;
  // For the operator: addresses that were left out or will not be reachable, and what to do.
  std::vector<std::string> warnings;
};

// The configured addresses; without any, those of the interfaces: container bridges left out,
// loopback only where there is nothing else.
AnnouncedAddresses choose_addresses(std::span<const MediaAddress> configured,
                                    std::span<const engine::InterfaceAddress> interfaces);

// Host candidates for one shard, UDP before TCP and the addresses in their order (RFC 8445
// §5.1.2.1; type preference 64 keeps them below any candidate a browser prefers for itself).
std::vector<ortc::IceCandidate> host_candidates(std::span<const MediaAddress> addresses,
                                                std::uint16_t port, bool udp, bool tcp);

}  // namespace confab::media
