// What of the configuration a gateway needs, and its limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/instant.h"

namespace confab::gateway {

struct Options {
  // As it is called in discovery.
  std::string service = "signaling-service";
  Duration connect_timeout = 500ms;
  // Of Socket.IO, in which a ping comes at least every 25 s and is waited for 20 s more.
  Duration idle_timeout = 75s;
  // For the rest, and for an upgrade.
  Duration answer_timeout = 15s;
  // Bodies of requests that wait for a node's answer, twice, for they are kept for another attempt:
  // thirty-two of the largest (1 MB). A node that stands still shall not fill our memory.
  std::size_t bodies_bytes_max = 64 * 1000 * 1000;
  // Nodes that one request is tried at. With all of them away, a client waits for two
  // connect_timeouts more than with one.
  std::size_t attempts_max = 3;
};

// What was passed on and what was not, since the start. Each drop has its reason.
struct Counts {
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;
  std::uint64_t unknown_sid = 0;    // no node for it, or that node is gone
  std::uint64_t no_node = 0;        // nobody takes new ones, or all were tried
  std::uint64_t unreachable = 0;    // attempts
  std::uint64_t no_answer = 0;      // attempts
  std::uint64_t timeout = 0;        // attempts
  std::uint64_t broken_answer = 0;  // attempts
  std::uint64_t abandoned = 0;      // the client hung up before the answer
  std::uint64_t bodies_full = 0;
  std::uint64_t bad_method = 0;
  std::uint64_t tunnels_opened = 0;
  std::uint64_t tunnels_refused = 0;  // by the node's own answer
  std::uint64_t tunnels_ended_by_client = 0;
  std::uint64_t tunnels_ended_by_node = 0;
  std::uint64_t tunnels_idle = 0;
  std::uint64_t tunnels_stuck = 0;
  std::uint64_t tunnels_closed = 0;  // by us, at the end of a drain
};

}  // namespace confab::gateway
