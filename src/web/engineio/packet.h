// Engine.IO v4 packets as they travel: one packet in a WebSocket frame, or several in the body of a
// polling request, separated by 0x1e. Pure functions over bytes.
// (github.com/socketio/engine.io-protocol, revision 4)
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace confab::engineio {

enum class PacketType : std::uint8_t {
  kOpen = 0,
  kClose = 1,
  kPing = 2,
  kPong = 3,
  kMessage = 4,
  kUpgrade = 5,
  kNoop = 6,
};

struct Packet {
  PacketType type = PacketType::kMessage;
  // Only messages can be binary; binary data has no type byte on the wire.
  bool is_binary = false;
  std::string data;

  bool operator==(const Packet&) const = default;
};

enum class DecodeError : std::uint8_t {
  kEmptyPacket,
  kUnknownType,
  kBadBase64,
  kBadUtf8,
  kTooManyPackets,
};

// What a peer may put into one polling body; a stock client flushes its write buffer into one.
inline constexpr std::size_t kPacketsPerPayloadMax = 4096;

// A text frame, or one packet of a polling body where is_polling admits "b" + base64.
std::expected<Packet, DecodeError> decode_packet(std::string_view text, bool is_polling);
std::expected<std::vector<Packet>, DecodeError> decode_payload(std::string_view body);

// The text frame of a packet that is not binary (binary ones travel as they are).
std::string encode_packet(const Packet& packet);
std::string encode_payload(std::span<const Packet> packets);

}  // namespace confab::engineio
