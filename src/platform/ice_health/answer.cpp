#include "platform/ice_health/answer.h"

#include "base/check.h"
#include "rtc/stun/builder.h"

namespace confab::ice_health {

Question::Question(const stun::TransactionId& id) : id_(id) {
  stun::Builder builder(buffer_, stun::Class::kRequest, id);
  size_ = builder.finish(nullptr).size();
  CHECK(size_ > 0);
}

bool Question::is_answered_by(ByteView data) const {
  const auto message = stun::Message::parse(data);
  if (!message || message->transaction_id() != id_) return false;
  const stun::Class kind = message->message_class();
  return kind == stun::Class::kSuccess || kind == stun::Class::kError;
}

std::optional<std::size_t> message_size(ByteView stream) {
  if (stream.size() < stun::kHeaderBytes) return std::nullopt;
  if (!stun::looks_like_stun(stream.first(stun::kHeaderBytes))) return 0;
  const std::size_t size = stun::kHeaderBytes + load_be16(&stream[2]);
  return size > kAnswerBytesMax ? 0 : size;
}

}  // namespace confab::ice_health
