// Endpoint to sockaddr and back. An IPv4 endpoint becomes AF_INET, anything else AF_INET6.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/net.h"

namespace confab::engine {

struct SocketAddress {
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  socklen_t size = sizeof(sockaddr_in6);
};

inline SocketAddress to_sockaddr(const Endpoint& endpoint) {
  SocketAddress out{};
  if (endpoint.address.is_v4()) {
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(endpoint.port);
    out.v4.sin_addr.s_addr = htonl(endpoint.address.v4_host_order());
    out.size = sizeof(sockaddr_in);
  } else {
    out.v6.sin6_family = AF_INET6;
    out.v6.sin6_port = htons(endpoint.port);
    const auto& bytes = endpoint.address.bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) out.v6.sin6_addr.s6_addr[i] = bytes[i];
    out.size = sizeof(sockaddr_in6);
  }
  return out;
}

inline Endpoint from_sockaddr(const SocketAddress& address) {
  if (address.any.sa_family == AF_INET) {
    return {IpAddress::v4(ntohl(address.v4.sin_addr.s_addr)), ntohs(address.v4.sin_port)};
  }
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = address.v6.sin6_addr.s6_addr[i];
  return {IpAddress::v6(bytes), ntohs(address.v6.sin6_port)};
}

}  // namespace confab::engine
