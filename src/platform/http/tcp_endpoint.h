// Endpoints as Boost.Asio has them. For platform/http and platform/http_client alone.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>

#include "base/net.h"

namespace confab::http {

inline Endpoint to_endpoint(const boost::asio::ip::tcp::endpoint& endpoint) {
  const boost::asio::ip::address& address = endpoint.address();
  if (address.is_v4()) return {IpAddress::v4(address.to_v4().to_uint()), endpoint.port()};
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(address.to_v6().to_bytes(), bytes.begin());
  return {IpAddress::v6(bytes), endpoint.port()};
}

inline boost::asio::ip::tcp::endpoint to_tcp_endpoint(const Endpoint& endpoint) {
  namespace ip = boost::asio::ip;
  if (endpoint.address.is_v4()) {
    return {ip::address_v4(endpoint.address.v4_host_order()), endpoint.port};
  }
  ip::address_v6::bytes_type bytes;
  std::ranges::copy(endpoint.address.bytes(), bytes.begin());
  return {ip::address_v6(bytes), endpoint.port};
}

}  // namespace confab::http
