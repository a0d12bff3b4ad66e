// UDP segmentation offload (udp(7), UDP_SEGMENT), for all who send with it.
#pragma once

#include <cerrno>

namespace confab::engine {

// Whether the kernel refused a message because it is to be cut up, and would take its datagrams one
// by one.
inline bool is_gso_refusal(int error) {
  return error == EIO || error == EINVAL || error == EMSGSIZE;
}

}  // namespace confab::engine
