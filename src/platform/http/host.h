// Names in Host and Origin: who is asked, and by whose page.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace confab::http {

// "meet.example", "8443" of "meet.example:8443"; IPv6 addresses keep their brackets.
struct HostAndPort {
  std::string_view host;
  std::string_view port;  // empty: the scheme's own
};
HostAndPort split_host(std::string_view authority);

// An address in numbers. Nobody else's name can stand for one.
bool is_ip_literal(std::string_view host);

// May a server that is not for everyone be asked by this Host? By address, by a name without a dot
// (localhost, a machine of the local network: no site of the internet has such a name), or by one
// of `names`. An empty one is HTTP/1.0's, which no browser speaks.
bool is_own_host(std::string_view authority, std::span<const std::string> names);

// Is a page of this Origin one of ours, when it asks by this Host? A Host without a port may have
// lost it on its way through a proxy, so then the name decides alone.
bool is_same_site(std::string_view origin, std::string_view authority);

}  // namespace confab::http
