#include "platform/http/host.h"

#include <algorithm>

#include "base/net.h"
#include "platform/http/message.h"

namespace confab::http {
namespace {

// A browser leaves out of Origin the port that its scheme has by itself.
std::string_view port_or_own(std::string_view port, std::string_view scheme) {
  if (!port.empty()) return port;
  return scheme == "https" ? "443" : "80";
}

}  // namespace

HostAndPort split_host(std::string_view authority) {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return {authority, {}};
  const std::size_t colon = authority.find(':', bracket);
  if (colon == std::string_view::npos) return {authority, {}};
  return {authority.substr(0, colon), authority.substr(colon + 1)};
}

bool is_ip_literal(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return IpAddress::parse(host).has_value();
}

bool is_own_host(std::string_view authority, std::span<const std::string> names) {
  const std::string_view host = split_host(authority).host;
  if (host.find('.') == std::string_view::npos && !host.starts_with('[')) return true;
  if (is_ip_literal(host)) return true;
  return std::ranges::any_of(
      names, [&](const std::string& name) { return equals_ignoring_case(name, host); });
}

bool is_same_site(std::string_view origin, std::string_view authority) {
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;  // "null": a page of no site
  const HostAndPort page = split_host(origin.substr(scheme + 3));
  const HostAndPort asked = split_host(authority);
  if (!equals_ignoring_case(page.host, asked.host)) return false;
  return asked.port.empty() || port_or_own(page.port, origin.substr(0, scheme)) == asked.port;
}

}  // namespace confab::http
