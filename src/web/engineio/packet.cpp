#include "web/engineio/packet.h"

#include "base/utf8.h"
#include "web/engineio/base64.h"

namespace confab::engineio {
namespace {

constexpr char kSeparator = '\x1e';
constexpr char kBinaryMark = 'b';

}  // namespace

std::expected<Packet, DecodeError> decode_packet(std::string_view text, bool is_polling) {
  if (text.empty()) return std::unexpected(DecodeError::kEmptyPacket);
  const char first = text.front();
  text.remove_prefix(1);
  if (is_polling && first == kBinaryMark) {
    auto data = base64_decode(text);
    if (!data) return std::unexpected(DecodeError::kBadBase64);
    return Packet{PacketType::kMessage, true, std::move(*data)};
  }
  if (first < '0' || first > '6') return std::unexpected(DecodeError::kUnknownType);
  if (!is_utf8(text)) return std::unexpected(DecodeError::kBadUtf8);
  return Packet{static_cast<PacketType>(first - '0'), false, std::string(text)};
}

std::expected<std::vector<Packet>, DecodeError> decode_payload(std::string_view body) {
  std::vector<Packet> packets;
  for (;;) {
    if (packets.size() == kPacketsPerPayloadMax) {
      return std::unexpected(DecodeError::kTooManyPackets);
    }
    const std::size_t end = body.find(kSeparator);
    auto packet = decode_packet(body.substr(0, end), true);
    if (!packet) return std::unexpected(packet.error());
    packets.push_back(std::move(*packet));
    if (end == std::string_view::npos) return packets;
    body.remove_prefix(end + 1);
  }
}

std::string encode_packet(const Packet& packet) {
  std::string out;
  out.reserve(1 + packet.data.size());
  out.push_back(static_cast<char>('0' + static_cast<int>(packet.type)));
  out.append(packet.data);
  return out;
}

std::string encode_payload(std::span<const Packet> packets) {
  std::string out;
  for (const Packet& packet : packets) {
    if (!out.empty()) out.push_back(kSeparator);
    if (packet.is_binary) {
      out.push_back(kBinaryMark);
      out.append(base64_encode(packet.data));
    } else {
      out.push_back(static_cast<char>('0' + static_cast<int>(packet.type)));
      out.append(packet.data);
    }
  }
  return out;
}

}  // namespace confab::engineio
