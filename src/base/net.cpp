#include "base/net.h"

#include <charconv>
#include <cstring>

#include "base/bytes.h"

namespace confab {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

template <typename N>
bool parse_number(std::string_view text, N& out, int base = 10) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return ec == std::errc{} && end == text.data() + text.size() && !text.empty();
}

std::optional<std::uint32_t> parse_quad(std::string_view text) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot > 3) return std::nullopt;  // npos too
    std::uint8_t part = 0;
    const std::string_view digits = text.substr(0, dot);
    if (!parse_number(digits, part) || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    value = (value << 8) | part;
    text.remove_prefix(i < 3 ? dot + 1 : dot);
  }
  return value;
}

// Parses the groups of one side of "::". Returns how many bytes they fill, or -1.
int parse_groups(std::string_view text, std::uint8_t* out, int capacity) {
  int size = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (group.find('.') != std::string_view::npos) {
      const auto quad = parse_quad(group);
      if (!quad || colon != std::string_view::npos || size + 4 > capacity) return -1;
      store_be32(out + size, *quad);
      return size + 4;
    }
    std::uint16_t value = 0;
    if (group.size() > 4 || !parse_number(group, value, 16) || size + 2 > capacity) return -1;
    store_be16(out + size, value);
    size += 2;
    if (colon == std::string_view::npos) return size;
    text.remove_prefix(colon + 1);
    if (text.empty()) return -1;
  }
  return size;
}

std::optional<std::array<std::uint8_t, 16>> parse_v6(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    return parse_groups(text, bytes.data(), 16) == 16 ? std::optional(bytes) : std::nullopt;
  }
  const int head = parse_groups(text.substr(0, gap), bytes.data(), 14);
  if (head < 0) return std::nullopt;
  std::array<std::uint8_t, 16> tail_bytes{};
  const int tail = parse_groups(text.substr(gap + 2), tail_bytes.data(), 14 - head);
  if (tail < 0) return std::nullopt;
  std::memcpy(bytes.data() + 16 - tail, tail_bytes.data(), static_cast<std::size_t>(tail));
  return bytes;
}

std::size_t mix(std::size_t h, std::uint64_t v) {
  h ^= v;
  h *= 0x9e3779b97f4a7c15u;
  return h ^ (h >> 29);
}

}  // namespace

IpAddress IpAddress::v4(std::uint32_t host_order) {
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), kMappedPrefix.data(), kMappedPrefix.size());
  store_be32(bytes.data() + 12, host_order);
  return IpAddress(bytes);
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() > 45) return std::nullopt;  // INET6_ADDRSTRLEN - 1
  if (text.find(':') == std::string_view::npos) {
    const auto quad = parse_quad(text);
    return quad ? std::optional(v4(*quad)) : std::nullopt;
  }
  const auto bytes = parse_v6(text);
  return bytes ? std::optional(v6(*bytes)) : std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::memcmp(bytes_.data(), kMappedPrefix.data(), kMappedPrefix.size()) == 0;
}

std::uint32_t IpAddress::v4_host_order() const {
  return load_be32(bytes_.data() + 12);
}

bool IpAddress::is_unspecified() const {
  return is_v4() ? v4_host_order() == 0 : bytes_ == std::array<std::uint8_t, 16>{};
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[12] == 127;
  std::array<std::uint8_t, 16> one{};
  one[15] = 1;
  return bytes_ == one;
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return bytes_[12] == 169 && bytes_[13] == 254;
  return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

std::string IpAddress::to_string() const {
  if (is_v4()) {
    std::string out;
    for (int i = 12; i < 16; ++i) {
      if (i > 12) out.push_back('.');
      out += std::to_string(bytes_[static_cast<std::size_t>(i)]);
    }
    return out;
  }
  // RFC 5952 §4: lower case, no leading zeros, "::" for the longest run of two or more zero groups.
  std::array<std::uint16_t, 8> groups;
  for (std::size_t i = 0; i < 8; ++i) groups[i] = load_be16(&bytes_[2 * i]);
  std::size_t best = 8;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < 8;) {
    std::size_t j = i;
    while (j < 8 && groups[j] == 0) ++j;
    if (j - i > best_length) {
      best = i;
      best_length = j - i;
    }
    i = j + 1;
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out.push_back(':');
    char buffer[4];
    const auto [end, ec] = std::to_chars(buffer, buffer + 4, groups[i], 16);
    out.append(buffer, end);
  }
  return out;
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  return (address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  Endpoint endpoint;
  const auto address = IpAddress::parse(host);
  if (!address || !parse_number(text.substr(colon + 1), endpoint.port)) return std::nullopt;
  endpoint.address = *address;
  return endpoint;
}

}  // namespace confab

std::size_t std::hash<confab::Endpoint>::operator()(
    const confab::Endpoint& endpoint) const noexcept {
  const auto& b = endpoint.address.bytes();
  std::size_t h = confab::mix(endpoint.port, confab::load_be64(b.data()));
  return confab::mix(h, confab::load_be64(b.data() + 8));
}

std::size_t std::hash<confab::Path>::operator()(const confab::Path& path) const noexcept {
  return confab::mix(
      std::hash<confab::Endpoint>()(path.remote),
      (std::uint64_t{path.channel} << 1) | static_cast<std::uint64_t>(path.protocol));
}
