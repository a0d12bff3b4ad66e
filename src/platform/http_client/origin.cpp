#include <netdb.h>
#include <sys/socket.h>

#include <boost/url/parse.hpp>
#include <charconv>
#include <cstring>
#include <memory>

#include "engine/sockaddr.h"
#include "platform/http_client/http_client.h"

namespace confab::http {

Result<Origin> Origin::parse(std::string_view url) {
  const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
  const std::string text(url);
  if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https")) {
    return fail(ErrorCode::kInvalidArgument, text + ": expected http://host:port or https://...");
  }
  if (parsed->host().empty() || parsed->has_userinfo() ||
      (!parsed->encoded_path().empty() && parsed->encoded_path() != "/")) {
    return fail(ErrorCode::kInvalidArgument, text + ": expected a host and a port and no more");
  }
  Origin origin;
  origin.is_tls = parsed->scheme() == "https";
  // Without the brackets of an IPv6 address.
  origin.host = parsed->host_address();
  origin.port = origin.is_tls ? 443 : 80;
  if (parsed->has_port()) {
    const std::string digits = parsed->port();
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), origin.port);
    if (error != std::errc{} || end != digits.data() + digits.size() || origin.port == 0) {
      return fail(ErrorCode::kInvalidArgument, text + ": expected a port from 1 to 65535");
    }
  }
  return origin;
}

std::string Origin::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  const std::string name = is_v6 ? "[" + host + "]" : host;
  return port == (is_tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

Result<IpAddress> resolve(const std::string& host) {
  if (const auto literal = IpAddress::parse(host)) return *literal;
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    return fail(ErrorCode::kUnavailable, host + ": " + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::optional<IpAddress> best;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    engine::SocketAddress address{};
    std::memcpy(&address.any, entry->ai_addr, entry->ai_addrlen);
    const IpAddress ip = engine::from_sockaddr(address).address;
    if (!best || (ip.is_v4() && !best->is_v4())) best = ip;
  }
  if (!best) return fail(ErrorCode::kUnavailable, host + ": no address");
  return *best;
}

}  // namespace confab::http
