#include "engine/interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <tuple>

#include "engine/sockaddr.h"

namespace confab::engine {

std::vector<InterfaceAddress> interface_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);

  std::vector<InterfaceAddress> out;
  for (const ifaddrs* i = list; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || (i->ifa_flags & IFF_UP) == 0) continue;
    const int family = i->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    SocketAddress address{};
    std::memcpy(&address.any, i->ifa_addr,
                family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    const IpAddress ip = from_sockaddr(address).address;
    if (ip.is_link_local() || ip.is_unspecified()) continue;
    const std::string name = i->ifa_name;
    const bool bridge = name.starts_with("docker") || name.starts_with("br-") ||
                        name.starts_with("veth") || name.starts_with("virbr");
    out.push_back({name, ip, bridge});
  }
  std::ranges::sort(out, {}, [](const InterfaceAddress& a) {
    return std::tuple(a.address.is_loopback(), !a.address.is_v4(), a.interface, a.address);
  });
  return out;
}

}  // namespace confab::engine
