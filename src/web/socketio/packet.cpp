#include "web/socketio/packet.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/utf8.h"
#include "web/socketio/json.h"

namespace confab::socketio {
namespace {

// Names both sides use for their own events (socket.io-parser refuses them too).
constexpr std::array<std::string_view, 6> kReservedNames = {
    "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};

// 2^53 is where JavaScript's counters end; 15 digits are below it.
constexpr std::size_t kAckIdDigitsMax = 15;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes the digits at the front.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool is_binary(PacketType type) {
  return type == PacketType::kBinaryEvent || type == PacketType::kBinaryAck;
}

// The text between the brackets, from the given element on.
std::string_view elements_from(const JsonArray& array, std::size_t first) {
  if (array.elements.size() <= first) return {};
  const char* begin = array.elements[first].data();
  const std::string_view last = array.elements.back();
  return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

std::optional<DecodeError> decode_arguments(std::string_view json, Packet& packet) {
  const auto array = parse_json_array(json);
  if (!array) return is_json(json) ? DecodeError::kBadPayload : DecodeError::kBadJson;
  if (is_binary(packet.type)) {
    const auto is_missing = [&packet](std::size_t num) { return num >= packet.attachments; };
    if (std::ranges::any_of(array->placeholders, is_missing)) return DecodeError::kBadPayload;
  }
  const bool is_event =
      packet.type == PacketType::kEvent || packet.type == PacketType::kBinaryEvent;
  if (is_event) {
    if (array->elements.empty()) return DecodeError::kBadPayload;
    auto name = json_unquote(array->elements.front());
    if (!name || name->size() > kEventNameBytesMax) return DecodeError::kBadPayload;
    if (std::ranges::find(kReservedNames, *name) != kReservedNames.end()) {
      return DecodeError::kReservedName;
    }
    packet.name = std::move(*name);
  }
  packet.json = "[" + std::string(elements_from(*array, is_event ? 1 : 0)) + "]";
  return std::nullopt;
}

std::optional<DecodeError> decode_object(std::string_view json, Packet& packet) {
  if (!json.empty() && !parse_json_object(json)) {
    return is_json(json) ? DecodeError::kBadPayload : DecodeError::kBadJson;
  }
  packet.json = json;
  return std::nullopt;
}

std::optional<DecodeError> decode_json(std::string_view json, Packet& packet) {
  switch (packet.type) {
    case PacketType::kConnect:
    case PacketType::kConnectError:
      return decode_object(json, packet);
    case PacketType::kDisconnect:
      if (!json.empty()) return DecodeError::kBadPayload;
      return std::nullopt;
    case PacketType::kEvent:
    case PacketType::kAck:
    case PacketType::kBinaryEvent:
    case PacketType::kBinaryAck:
      return decode_arguments(json, packet);
  }
  return DecodeError::kUnknownType;
}

std::optional<DecodeError> decode_attachment_count(std::string_view& text, Packet& packet) {
  const std::string_view digits = take_digits(text);
  if (digits.empty() || digits.size() > 2 || !text.starts_with('-')) {
    return DecodeError::kBadAttachmentCount;
  }
  text.remove_prefix(1);
  std::from_chars(digits.data(), digits.data() + digits.size(), packet.attachments);
  if (packet.attachments > kAttachmentsMax) return DecodeError::kBadAttachmentCount;
  return std::nullopt;
}

std::optional<DecodeError> decode_namespace(std::string_view& text, Packet& packet) {
  const std::size_t end = text.find(',');
  packet.nsp = text.substr(0, std::min({end, text.find('?'), text.size()}));
  if (packet.nsp.size() > kNamespaceBytesMax || !is_utf8(packet.nsp))
    return DecodeError::kBadNamespace;
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return std::nullopt;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

void append_arguments(std::string& out, const Packet& packet, std::string_view extra_json) {
  std::string_view inner = trim(packet.json);
  inner = inner.size() < 2 ? std::string_view{} : trim(inner.substr(1, inner.size() - 2));
  const bool is_event =
      packet.type == PacketType::kEvent || packet.type == PacketType::kBinaryEvent;
  out.push_back('[');
  bool is_first = true;
  const auto append = [&out, &is_first](std::string_view item) {
    if (item.empty()) return;
    if (!is_first) out.push_back(',');
    is_first = false;
    out.append(item);
  };
  if (is_event) append(json_quote(packet.name));
  append(inner);
  append(extra_json);
  out.push_back(']');
}

}  // namespace

std::expected<Packet, DecodeError> decode_packet(std::string_view text) {
  if (text.empty()) return std::unexpected(DecodeError::kEmpty);
  const char first = text.front();
  if (first < '0' || first > '6') return std::unexpected(DecodeError::kUnknownType);
  text.remove_prefix(1);
  Packet packet;
  packet.type = static_cast<PacketType>(first - '0');
  if (is_binary(packet.type)) {
    if (const auto error = decode_attachment_count(text, packet)) return std::unexpected(*error);
  }
  if (text.starts_with('/')) {
    if (const auto error = decode_namespace(text, packet)) return std::unexpected(*error);
  }
  const std::string_view digits = take_digits(text);
  if (digits.size() > kAckIdDigitsMax) return std::unexpected(DecodeError::kBadAckId);
  if (!digits.empty()) {
    std::uint64_t id = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), id);
    packet.ack_id = id;
  }
  if (const auto error = decode_json(text, packet)) return std::unexpected(*error);
  const bool is_ack = packet.type == PacketType::kAck || packet.type == PacketType::kBinaryAck;
  if (is_ack && !packet.ack_id) return std::unexpected(DecodeError::kBadAckId);
  return packet;
}

std::string encode_packet(const Packet& packet, std::string_view extra_json) {
  std::string out;
  out.reserve(32 + packet.nsp.size() + packet.name.size() + packet.json.size());
  out.push_back(static_cast<char>('0' + static_cast<int>(packet.type)));
  if (is_binary(packet.type)) {
    out.append(std::to_string(packet.attachments));
    out.push_back('-');
  }
  if (packet.nsp != "/") {
    out.append(packet.nsp);
    out.push_back(',');
  }
  if (packet.ack_id) out.append(std::to_string(*packet.ack_id));
  switch (packet.type) {
    case PacketType::kConnect:
    case PacketType::kConnectError:
    case PacketType::kDisconnect:
      out.append(packet.json);
      break;
    case PacketType::kEvent:
    case PacketType::kAck:
    case PacketType::kBinaryEvent:
    case PacketType::kBinaryAck:
      append_arguments(out, packet, extra_json);
      break;
  }
  return out;
}

}  // namespace confab::socketio
