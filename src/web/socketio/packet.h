// Socket.IO v5 packets: `<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]`, attachments as
// binary messages after it. JSON travels as text: it is checked here (syntax, UTF-8, depth) and
// taken apart only where the protocol needs it. (github.com/socketio/socket.io-protocol)
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace confab::socketio {

enum class PacketType : std::uint8_t {
  kConnect = 0,
  kDisconnect = 1,
  kEvent = 2,
  kAck = 3,
  kConnectError = 4,
  kBinaryEvent = 5,
  kBinaryAck = 6,
};

struct Packet {
  PacketType type = PacketType::kEvent;
  // With the leading slash; "/" is left out on the wire.
  std::string nsp = "/";
  std::optional<std::uint64_t> ack_id;
  // CONNECT, CONNECT_ERROR: an object or empty. ACK: the array of arguments. EVENT: the array of
  // arguments without the name.
  std::string json;
  // EVENT: its name, unescaped.
  std::string name;
  // How many binary messages follow; `json` refers to them by {"_placeholder":true,"num":n}.
  std::size_t attachments = 0;

  bool operator==(const Packet&) const = default;
};

enum class DecodeError : std::uint8_t {
  kEmpty,
  kUnknownType,
  kBadAttachmentCount,
  kBadNamespace,
  kBadAckId,
  kBadJson,       // syntax, UTF-8, or deeper than kNestingMax
  kBadPayload,    // JSON, but not of the shape this type has
  kReservedName,  // an event name that clients and servers keep for themselves
};

inline constexpr std::size_t kNestingMax = 64;
inline constexpr std::size_t kAttachmentsMax = 10;  // as the stock parser
inline constexpr std::size_t kNamespaceBytesMax = 128;
inline constexpr std::size_t kEventNameBytesMax = 128;

std::expected<Packet, DecodeError> decode_packet(std::string_view text);

// `extra_json`, if not empty, is one more argument behind those in packet.json (the offset of
// connection-state recovery).
std::string encode_packet(const Packet& packet, std::string_view extra_json = {});

}  // namespace confab::socketio
