// stun:, stuns:, turn: and turns: URLs (RFC 7064, RFC 7065), read as browsers do: one that they do
// not take makes RTCPeerConnection throw, and nobody could join.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace confab {

struct IceUrl {
  bool is_turn = false;
  bool is_tcp = false;
  bool is_tls = false;
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
  bool operator==(const IceUrl&) const = default;
};

// What was expected instead, if it is none.
std::expected<IceUrl, std::string> parse_ice_url(std::string_view text);

}  // namespace confab
