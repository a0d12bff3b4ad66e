// Puts a packet and the binary messages that follow it together. One per session.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/socketio/packet.h"

namespace confab::socketio {

struct WholePacket {
  Packet packet;
  std::vector<std::string> attachments;
};

enum class AssemblyError : std::uint8_t {
  kBadPacket,
  kTextBetweenAttachments,
  kUnexpectedBinary,
  kAttachmentsTooLarge,
};

class Decoder {
 public:
  explicit Decoder(std::size_t attachment_bytes_max) : bytes_max_(attachment_bytes_max) {}

  // The packet this message completes, or nothing while attachments are missing.
  using Step = std::expected<std::optional<WholePacket>, AssemblyError>;
  Step add_text(std::string_view text);
  Step add_binary(std::string data);
  // Attachments are missing.
  bool is_waiting() const { return partial_.has_value(); }

 private:
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::optional<WholePacket> partial_;
};

}  // namespace confab::socketio
