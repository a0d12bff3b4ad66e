#include "platform/http/page.h"

#include <optional>

#include "base/net.h"
#include "platform/http/host.h"

namespace confab::http {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view scheme_of(const Request& request) {
  if (request.is_tls) return "https";
  const bool is_https =
      request.is_by_proxy && equals_ignoring_case(request.header("X-Forwarded-Proto"), "https");
  return is_https ? "https" : "http";
}

std::string_view cookie_of(const Request& request, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& [header, value] : request.headers) {
    if (!equals_ignoring_case(header, "Cookie")) continue;
    std::string_view left = value;
    while (!left.empty()) {
      const std::size_t end = left.find(';');
      const std::string_view pair = trim(left.substr(0, end));
      left = end == std::string_view::npos ? std::string_view{} : left.substr(end + 1);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      if (found) return {};
      found = pair.substr(equals + 1);
    }
  }
  return found.value_or(std::string_view{});
}

bool is_own_page(const Request& request) {
  if (const std::string_view site = request.header("Sec-Fetch-Site"); !site.empty()) {
    return site == "same-origin";
  }
  const std::string_view origin = request.header("Origin");
  const std::string_view scheme = scheme_of(request);
  if (!origin.starts_with(scheme) || !origin.substr(scheme.size()).starts_with("://")) return false;
  if (!is_same_site(origin, request.host)) return false;
  // To a Host without a port is_same_site takes any: a page of another port of our name, which
  // browsers send our cookies from as well, is not ours.
  const std::string_view port = split_host(origin.substr(scheme.size() + 3)).port;
  const std::string_view own_port = scheme == "https" ? "443" : "80";
  return !split_host(request.host).port.empty() || port.empty() || port == own_port;
}

bool is_local_host(std::string_view authority) {
  std::string_view host = split_host(authority).host;
  if (equals_ignoring_case(host, "localhost")) return true;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::parse(host);
  return address && address->is_loopback();
}

bool is_of_this_machine(const Request& request) {
  if (!is_local_host(request.host) || !request.remote.address.is_loopback()) return false;
  const std::string_view origin = request.header("Origin");
  constexpr std::string_view kScheme = "http://";
  return origin.empty() ||
         (origin.starts_with(kScheme) && is_local_host(origin.substr(kScheme.size())));
}

}  // namespace confab::http
