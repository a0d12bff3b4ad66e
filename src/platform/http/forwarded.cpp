#include "platform/http/forwarded.h"

#include <algorithm>
#include <charconv>
#include <ranges>
#include <vector>

namespace confab::http {
namespace {

// RFC 9110 §5.6.3: optional whitespace is space and tab.
std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// RFC 7239 §6: node-port = 1*5DIGIT / obfport. Nothing for what is neither.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.size() > 1 && text.starts_with('_')) return 0;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  return is_number && text.size() <= 5 ? std::optional(port) : std::nullopt;
}

std::optional<Endpoint> with_port(std::string_view address, std::string_view port) {
  const auto parsed = IpAddress::parse(address);
  const auto number = parse_port(port);
  if (!parsed || !number) return std::nullopt;
  return Endpoint{*parsed, *number};
}

// All lines of the field as one list, in their order (RFC 9110 §5.3); empty elements do not count
// (§5.6.1.2).
std::vector<std::string_view> entries(const Headers& headers) {
  std::vector<std::string_view> all;
  for (const auto& [name, value] : headers) {
    if (!equals_ignoring_case(name, "X-Forwarded-For")) continue;
    for (const auto part : std::views::split(value, ',')) {
      const std::string_view entry = trim(std::string_view(part.begin(), part.end()));
      if (!entry.empty()) all.push_back(entry);
    }
  }
  return all;
}

}  // namespace

std::optional<Endpoint> parse_forwarded_node(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view address = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (address.find(':') == std::string_view::npos) return std::nullopt;
    if (rest.empty()) return with_port(address, "0");
    return rest.starts_with(':') ? with_port(address, rest.substr(1)) : std::nullopt;
  }
  // One colon parts an IPv4 address from its port; more are an IPv6 address of their own.
  if (std::ranges::count(text, ':') != 1) return with_port(text, "0");
  const std::size_t colon = text.find(':');
  return with_port(text.substr(0, colon), text.substr(colon + 1));
}

bool is_trusted(const IpAddress& address, std::span<const IpPrefix> trusted) {
  return std::ranges::any_of(trusted,
                             [&](const IpPrefix& prefix) { return prefix.contains(address); });
}

Endpoint client_of(const Endpoint& peer, const Headers& headers,
                   std::span<const IpPrefix> trusted) {
  Endpoint client = peer;
  if (!is_trusted(peer.address, trusted)) return client;
  for (const std::string_view entry : entries(headers) | std::views::reverse) {
    const auto node = parse_forwarded_node(entry);
    if (!node) break;
    client = *node;
    if (!is_trusted(client.address, trusted)) break;
  }
  return client;
}

std::string host_of(const IpAddress& peer, const Headers& headers,
                    std::span<const IpPrefix> trusted) {
  std::string_view host = find_header(headers, "Host");
  const std::string_view forwarded = find_header(headers, "X-Forwarded-Host");
  if (!forwarded.empty() && is_trusted(peer, trusted)) {
    host = trim(forwarded.substr(0, forwarded.find(',')));
  }
  return std::string(host);
}

}  // namespace confab::http
