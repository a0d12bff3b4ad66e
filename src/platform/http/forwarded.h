// Who the client is, behind reverse proxies that say so in X-Forwarded-For.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ip_prefix.h"
#include "base/net.h"
#include "platform/http/message.h"

namespace confab::http {

// One entry: an address, perhaps with a port, in the forms of RFC 7239 §6 ("192.0.2.43:47011",
// "[2001:db8::17]:47011"), and a bare IPv6 address, as most proxies write it in this field. The
// port is 0 where there is none or it is hidden ("_x"). Nothing for "unknown" and hidden names.
std::optional<Endpoint> parse_forwarded_node(std::string_view text);

bool is_trusted(const IpAddress& address, std::span<const IpPrefix> trusted);

// The one nearest to us whom no trusted proxy vouches to be another trusted proxy: every entry
// left of it is only what the client claims. `peer` is who is connected. An entry that cannot be
// read ends the search at the proxy that wrote it.
Endpoint client_of(const Endpoint& peer, const Headers& headers, std::span<const IpPrefix> trusted);

// What the client asked for: the first X-Forwarded-Host of a trusted proxy, else Host.
std::string host_of(const IpAddress& peer, const Headers& headers,
                    std::span<const IpPrefix> trusted);

}  // namespace confab::http
