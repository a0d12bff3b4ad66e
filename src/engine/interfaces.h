// The addresses of this machine that a peer might reach.
#pragma once

#include <string>
#include <vector>

#include "base/net.h"

namespace confab::engine {

struct InterfaceAddress {
  std::string interface;
  IpAddress address;
  bool is_container_bridge = false;  // docker0, br-…, veth…: a peer elsewhere can not reach it
};

// Addresses of interfaces that are up, without link-local ones; IPv4 before IPv6,
// loopback last.
std::vector<InterfaceAddress> interface_addresses();

}  // namespace confab::engine
