#include "platform/config/ice_url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/net.h"

namespace confab {
namespace {

// RFC 1035 §2.3.4.
constexpr std::size_t kNameMax = 253;
// RFC 8489 §8, RFC 8656 §5.
constexpr std::uint16_t kPort = 3478;
constexpr std::uint16_t kTlsPort = 5349;

struct Scheme {
  std::string_view name;
  bool is_turn;
  bool is_tls;
};
constexpr std::array<Scheme, 4> kSchemes = {{{"stun:", false, false},
                                             {"stuns:", false, true},
                                             {"turn:", true, false},
                                             {"turns:", true, true}}};

bool is_name(std::string_view text) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  };
  return !text.empty() && text.size() <= kNameMax && std::ranges::all_of(text, is_fit);
}

// Takes "host" or "[v6]" off the front of `text`.
std::optional<std::string> take_host(std::string_view& text) {
  if (!text.starts_with('[')) {
    const std::string_view host = text.substr(0, text.find(':'));
    if (!is_name(host)) return std::nullopt;
    text.remove_prefix(host.size());
    return std::string(host);
  }
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view host = text.substr(1, end - 1);
  const auto address = IpAddress::parse(host);
  if (!address || address->is_v4()) return std::nullopt;
  text.remove_prefix(end + 1);
  return std::string(host);
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::expected<IceUrl, std::string> parse_ice_url(std::string_view text) {
  const auto* scheme = std::ranges::find_if(
      kSchemes, [&](const Scheme& known) { return text.starts_with(known.name); });
  if (scheme == kSchemes.end()) {
    return std::unexpected("stun:HOST[:PORT], or turn: or turns:HOST[:PORT][?transport=udp|tcp]");
  }
  text.remove_prefix(scheme->name.size());
  IceUrl url{.is_turn = scheme->is_turn,
             .is_tcp = scheme->is_tls,
             .is_tls = scheme->is_tls,
             .host = {},
             .port = scheme->is_tls ? kTlsPort : kPort};
  const std::size_t query = text.find('?');
  if (query != std::string_view::npos) {
    const std::string_view transport = text.substr(query);
    const bool is_known = transport == "?transport=udp" || transport == "?transport=tcp";
    if (!scheme->is_turn) return std::unexpected("no '?' after a STUN server");
    if (!is_known) return std::unexpected("?transport=udp or ?transport=tcp after the '?'");
    url.is_tcp = transport == "?transport=tcp";
    text = text.substr(0, query);
    // TURN over DTLS: Chromium knows it not, and coturn is asked for it by nobody else.
    if (url.is_tls && !url.is_tcp) return std::unexpected("?transport=tcp with turns:");
  }
  const auto host = take_host(text);
  if (!host) return std::unexpected("a host name or an address after " + std::string(scheme->name));
  url.host = *host;
  if (text.empty()) return url;
  const auto port = text.starts_with(':') ? read_port(text.substr(1)) : std::nullopt;
  if (!port) return std::unexpected("a port from 1 to 65535 after the host's ':'");
  url.port = *port;
  return url;
}

}  // namespace confab
