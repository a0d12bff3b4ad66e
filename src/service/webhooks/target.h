// Where a webhook may point: what operators and their users give us must not reach what only we can
// reach (server-side request forgery).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/net.h"
#include "platform/http_client/http_client.h"

namespace confab::webhooks {

struct Target {
  http::Origin origin;
  std::string path;  // with the query
};

inline constexpr std::size_t kUrlBytesMax = 2048;

// http or https, without user and fragment. An address in it is judged at once where private ones
// are not allowed; a name is looked up before each delivery, and the address found is judged and
// then used, so a name that changes in between reaches nothing else.
Result<Target> parse_target(std::string_view url, bool allow_private);

// Of the public Internet, by the registries of special addresses (RFC 6890, IANA): not loopback,
// private, link-local, shared, multicast, documentation or reserved; of IPv6 also not those that
// carry such an IPv4 address in them.
bool is_public(const IpAddress& address);

}  // namespace confab::webhooks
