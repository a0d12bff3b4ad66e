// Addresses as values: no socket types, no system headers.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace confab {

// An IPv4 or IPv6 address. IPv4 is held in its mapped form (::ffff:a.b.c.d, RFC 4291 §2.5.5.2), so
// that comparing and hashing need no cases. A mapped IPv6 address is the IPv4 address.
class IpAddress {
 public:
  IpAddress() = default;
  static IpAddress v4(std::uint32_t host_order);
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes) { return IpAddress(bytes); }
  // Dotted quad or RFC 4291 text, without brackets or zone.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const;
  bool is_unspecified() const;  // 0.0.0.0 or ::
  bool is_loopback() const;
  bool is_link_local() const;
  std::uint32_t v4_host_order() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  std::string to_string() const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  explicit IpAddress(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}
  std::array<std::uint8_t, 16> bytes_{};
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  // "1.2.3.4:5" or "[::1]:5".
  std::string to_string() const;
  static std::optional<Endpoint> parse(std::string_view text);
  auto operator<=>(const Endpoint&) const = default;
};

enum class Protocol : std::uint8_t { kUdp, kTcp };

// The way between us and a peer, as the engine names it: a UDP 5-tuple or one TCP connection.
struct Path {
  Protocol protocol = Protocol::kUdp;
  // UDP: the index of the local socket. TCP: the connection's number, never reused by a shard.
  std::uint32_t channel = 0;
  Endpoint remote;
  auto operator<=>(const Path&) const = default;
};

}  // namespace confab

template <>
struct std::hash<confab::Path> {
  std::size_t operator()(const confab::Path& path) const noexcept;
};
template <>
struct std::hash<confab::Endpoint> {
  std::size_t operator()(const confab::Endpoint& endpoint) const noexcept;
};
