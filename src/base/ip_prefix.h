// Blocks of addresses, and which addresses count as one peer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/net.h"

namespace confab {

// "10.0.0.0/8", "2001:db8::/32", or one address.
class IpPrefix {
 public:
  // Nothing for bits behind the prefix that are set: who writes 10.0.0.7/8 meant something else.
  static std::optional<IpPrefix> parse(std::string_view text);

  bool contains(const IpAddress& address) const;
  std::string to_string() const;
  bool operator==(const IpPrefix&) const = default;

 private:
  IpPrefix(const IpAddress& first, unsigned bits) : first_(first), bits_(bits) {}

  IpAddress first_;
  unsigned bits_;  // of the mapped form: those of IPv4 are 96 more
};

// The peer that an address belongs to when shares are counted: an IPv4 address is one; of IPv6 a
// /64 is, because that is the least a provider hands out (RFC 6177) and a host may use all of it.
IpAddress peer_of(const IpAddress& address);

}  // namespace confab
