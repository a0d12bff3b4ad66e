#include "service/webhooks/target.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ip_prefix.h"

namespace confab::webhooks {
namespace {

constexpr std::array<std::string_view, 16> kSpecialV4 = {
    "0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
    "169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",   "255.255.255.255"};
// Of IPv6 nothing but 2000::/3 is given out; of that, these are not, or lead to IPv4 (Teredo,
// 6to4).
constexpr std::array<std::string_view, 4> kSpecialV6 = {"2001::/23", "2001:db8::/32", "2002::/16",
                                                        "3fff::/20"};

template <std::size_t kCount>
bool is_among(const std::array<std::string_view, kCount>& blocks, const IpAddress& address) {
  return std::ranges::any_of(blocks, [&](std::string_view block) {
    const auto prefix = IpPrefix::parse(block);
    return prefix && prefix->contains(address);
  });
}

std::unexpected<Error> wrong(std::string why) {
  return fail(ErrorCode::kInvalidArgument, "url: " + std::move(why));
}

// What would end the request line or begin another header.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

bool is_public(const IpAddress& address) {
  if (address.is_v4()) return !is_among(kSpecialV4, address);
  const auto global = IpPrefix::parse("2000::/3");
  return global && global->contains(address) && !is_among(kSpecialV6, address);
}

Result<Target> parse_target(std::string_view url, bool allow_private) {
  if (url.size() > kUrlBytesMax) return wrong("longer than 2048 characters");
  if (!is_plain(url)) return wrong("characters that must be escaped");
  if (url.contains('@') || url.contains('#')) return wrong("neither a user nor a fragment");
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return wrong("begins with http:// or https://");
  const std::size_t path = std::min(url.find_first_of("/?", scheme + 3), url.size());
  auto origin = http::Origin::parse(url.substr(0, path));
  if (!origin) return wrong(origin.error().message);
  const auto address = IpAddress::parse(origin->host);
  if (address && !allow_private && !is_public(*address)) {
    return wrong("an address that is not of the public Internet (webhooks.allow_private)");
  }
  std::string rest(url.substr(path));
  if (!rest.starts_with('/')) rest.insert(0, "/");
  return Target{std::move(*origin), std::move(rest)};
}

}  // namespace confab::webhooks
