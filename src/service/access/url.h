// Addresses of providers elsewhere, taken apart for who fetches them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/http_client/http_client.h"

namespace confab::access {

struct Url {
  http::Origin origin;
  std::string path;  // with the query
};
Result<Url> split_url(std::string_view url);

// By TLS, or on this machine by an address as it is written: who can write between us and a
// provider can be anybody.
bool is_safe(const http::Origin& origin);

}  // namespace confab::access
