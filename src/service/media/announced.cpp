#include "service/media/announced.h"

#include <algorithm>

namespace confab::media {
namespace {

constexpr std::uint32_t kTypePreference = 64;
constexpr std::uint32_t kUdpPreference = 10'000;
constexpr std::uint32_t kTcpPreference = 5'000;
constexpr std::uint32_t kAddressStep = 100;

// RFC 8445 §5.1.2.1, component 1.
std::uint32_t priority(std::uint32_t local_preference) {
  return (kTypePreference << 24) + (local_preference << 8) + 255;
}

bool is_private(const IpAddress& address) {
  if (!address.is_v4()) return (address.bytes()[0] & 0xfe) == 0xfc;  // fc00::/7 (RFC 4193)
  const std::uint32_t v = address.v4_host_order();
  return v >> 24 == 10 || v >> 20 == 0xac1 || v >> 16 == 0xc0a8 ||
         v >> 22 == 0x191;  // RFC 1918, 6598
}

}  // namespace

AnnouncedAddresses choose_addresses(std::span<const MediaAddress> configured,
                                    std::span<const engine::InterfaceAddress> interfaces) {
  AnnouncedAddresses out;
  out.addresses.assign(configured.begin(), configured.end());
  if (out.addresses.empty()) {
    for (const engine::InterfaceAddress& i : interfaces) {
      if (i.is_container_bridge) {
        out.warnings.push_back(i.interface + " (" + i.address.to_string() +
                               ") looks like a container bridge and is not announced; name it with "
                               "--media-address if peers do reach it");
      } else if (!i.address.is_loopback() || out.addresses.empty()) {
        out.addresses.push_back({i.address, i.address});
      }
    }
  }
  const bool reachable = std::ranges::any_of(out.addresses, [](const MediaAddress& a) {
    return !a.announced.is_loopback() && !is_private(a.announced);
  });
  if (!reachable && configured.empty()) {
    out.warnings.push_back(
        "only private or loopback addresses are announced: peers on other networks can not "
        "connect. "
        "Behind a NAT, announce the public address with --media-address LOCAL=PUBLIC and forward "
        "the "
        "media ports (UDP and TCP)");
  }
  return out;
}

std::vector<ortc::IceCandidate> host_candidates(std::span<const MediaAddress> addresses,
                                                std::uint16_t port, bool udp, bool tcp) {
  std::vector<ortc::IceCandidate> out;
  const auto add = [&](bool is_tcp, std::uint32_t preference) {
    for (const MediaAddress& a : addresses) {
      out.push_back({.foundation = is_tcp ? "tcpcandidate" : "udpcandidate",
                     .priority = priority(preference),
                     .address = a.announced.to_string(),
                     .port = port,
                     .is_tcp = is_tcp});
      preference -= std::min(preference, kAddressStep);
    }
  };
  if (udp) add(false, kUdpPreference);
  if (tcp) add(true, kTcpPreference);
  return out;
}

}  // namespace confab::media
