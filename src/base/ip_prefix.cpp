#include "base/ip_prefix.h"

#include <charconv>

namespace confab {
namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kMappedBits = 96;
constexpr unsigned kIpv6PeerBits = 64;

IpAddress first_of(const IpAddress& address, unsigned bits) {
  std::array<std::uint8_t, 16> bytes = address.bytes();
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = bits <= 8 * i ? 0 : std::min(bits - 8 * i, 8u);
    bytes[i] &= static_cast<std::uint8_t>(0xff00u >> kept);
  }
  return IpAddress::v6(bytes);
}

}  // namespace

std::optional<IpPrefix> IpPrefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return IpPrefix(*address, kBits);
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const unsigned most = address->is_v4() ? kBits - kMappedBits : kBits;
  if (bits > most) return std::nullopt;
  if (address->is_v4()) bits += kMappedBits;
  if (first_of(*address, bits) != *address) return std::nullopt;
  return IpPrefix(*address, bits);
}

bool IpPrefix::contains(const IpAddress& address) const {
  return first_of(address, bits_) == first_;
}

std::string IpPrefix::to_string() const {
  if (bits_ == kBits) return first_.to_string();
  const unsigned shown = first_.is_v4() ? bits_ - kMappedBits : bits_;
  return first_.to_string() + "/" + std::to_string(shown);
}

IpAddress peer_of(const IpAddress& address) {
  return address.is_v4() ? address : first_of(address, kIpv6PeerBits);
}

}  // namespace confab
