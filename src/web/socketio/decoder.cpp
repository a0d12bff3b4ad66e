#include "web/socketio/decoder.h"

#include <utility>

namespace confab::socketio {

Decoder::Step Decoder::add_text(std::string_view text) {
  if (partial_) return std::unexpected(AssemblyError::kTextBetweenAttachments);
  auto packet = decode_packet(text);
  if (!packet) return std::unexpected(AssemblyError::kBadPacket);
  WholePacket whole{std::move(*packet), {}};
  if (whole.packet.attachments == 0) return whole;
  bytes_ = 0;
  partial_ = std::move(whole);
  return std::nullopt;
}

Decoder::Step Decoder::add_binary(std::string data) {
  if (!partial_) return std::unexpected(AssemblyError::kUnexpectedBinary);
  bytes_ += data.size();
  if (bytes_ > bytes_max_) return std::unexpected(AssemblyError::kAttachmentsTooLarge);
  partial_->attachments.push_back(std::move(data));
  if (partial_->attachments.size() < partial_->packet.attachments) return std::nullopt;
  return std::exchange(partial_, std::nullopt);
}

}  // namespace confab::socketio
