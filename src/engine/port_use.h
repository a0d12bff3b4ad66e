// Who may have a port that can not be bound: what the kernel's tables say, read from text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace confab::engine {

// Of /proc/net/tcp or /proc/net/tcp6 (proc(5)): whether somebody listens on the port. If nobody
// does and it can not be bound, a connection has it: one that this machine made, or what is left of
// one (TIME-WAIT, a minute).
bool has_listener(std::string_view table, std::uint16_t port);

// Where the kernel takes the local port of a connection from (ip(7)).
struct EphemeralPorts {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::string reserved;  // ip_local_reserved_ports: "40000-40015,50000"

  bool contains(std::uint16_t port) const;
};
// `range` is the text of ip_local_port_range.
EphemeralPorts read_ephemeral_ports(std::string_view range, std::string_view reserved);

// The same of this machine.
bool somebody_listens(std::uint16_t port);
EphemeralPorts ephemeral_ports();

}  // namespace confab::engine
