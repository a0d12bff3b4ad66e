#include "service/access/url.h"

#include <utility>

namespace confab::access {

Result<Url> split_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t slash =
      scheme == std::string_view::npos ? std::string_view::npos : url.find('/', scheme + 3);
  auto origin = http::Origin::parse(url.substr(0, slash));
  if (!origin) return std::unexpected(origin.error());
  return Url{std::move(*origin),
             slash == std::string_view::npos ? "/" : std::string(url.substr(slash))};
}

bool is_safe(const http::Origin& origin) {
  const auto address = IpAddress::parse(origin.host);
  return origin.is_tls || (address && address->is_loopback());
}

}  // namespace confab::access
