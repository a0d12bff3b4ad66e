// Writes one STUN message into the caller's buffer (RFC 8489 §5, §14). Attributes go out in the
// order of the calls; finish() adds MESSAGE-INTEGRITY and FINGERPRINT and the length. Nothing is
// allocated. A buffer that is too small makes finish() return nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/net.h"
#include "rtc/stun/message.h"

namespace confab::stun {

// RFC 8489 §14.8, RFC 8445 §7.3.1.1.
enum class ErrorResponse : std::uint16_t {
  kBadRequest = 400,
  kUnauthenticated = 401,
  kUnknownAttribute = 420,
  kRoleConflict = 487,
};

class Builder {
 public:
  Builder(MutableBytes out, Class message_class, const TransactionId& id);

  void username(std::string_view value) { text(attribute::kUsername, value); }
  void software(std::string_view value) { text(attribute::kSoftware, value); }
  void priority(std::uint32_t value);
  void use_candidate();
  void ice_controlling(std::uint64_t tie_breaker);
  void ice_controlled(std::uint64_t tie_breaker);
  void nomination(std::uint32_t value);
  void xor_mapped_address(const Endpoint& endpoint);
  void error_code(ErrorResponse code);
  void unknown_attributes(std::span<const std::uint16_t> types);

  // The message, a view of the buffer; empty if it did not fit. `key` may be null: no
  // MESSAGE-INTEGRITY then (RFC 8489 §9.1.3: errors to those who proved nothing). FINGERPRINT is
  // always there (RFC 8445 §7.1.1).
  ByteView finish(const IntegrityKey* key);

 private:
  void header(std::uint16_t type, std::size_t size);
  void text(std::uint16_t type, std::string_view value);

  MutableBytes out_;
  ByteWriter writer_;
};

}  // namespace confab::stun
