// The question that asks a STUN or TURN server whether it is there, and its answer: a Binding
// request (RFC 8489 §3), which a TURN server answers without credentials. No socket here.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "rtc/stun/message.h"

namespace confab::ice_health {

// A server's SOFTWARE and addresses take some hundred.
inline constexpr std::size_t kAnswerBytesMax = 1024;

class Question {
 public:
  explicit Question(const stun::TransactionId& id);

  ByteView bytes() const { return ByteView(buffer_).first(size_); }
  // Whether `data` is the answer to this and to nothing else; also an error, which is a sign of
  // life. Whoever cannot see the question cannot make one up: the id is 96 random bits.
  bool is_answered_by(ByteView data) const;

 private:
  stun::TransactionId id_;
  std::array<std::uint8_t, 64> buffer_{};
  std::size_t size_ = 0;
};

// How long the message at the front of a stream is (RFC 8489 §6.2.2: nothing frames it but its own
// length); nothing while its head is not there, 0 if it is none or too long.
std::optional<std::size_t> message_size(ByteView stream);

}  // namespace confab::ice_health
