#include "rtc/stun/builder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rtc/stun/wire.h"

namespace confab::stun {
namespace {

constexpr std::uint16_t binding_type(Class message_class) {
  const auto bits = static_cast<unsigned>(message_class);
  return static_cast<std::uint16_t>(kBindingMethod | ((bits & 0x1) << 4) | ((bits & 0x2) << 7));
}

// Short, so that an answer to a stranger is not longer than the question.
std::string_view reason_of(ErrorResponse code) {
  switch (code) {
    case ErrorResponse::kBadRequest:
      return "Bad Request";
    case ErrorResponse::kUnauthenticated:
      return "Unauthenticated";
    case ErrorResponse::kUnknownAttribute:
      return "Unknown Attribute";
    case ErrorResponse::kRoleConflict:
      return "Role Conflict";
  }
  return "";
}

}  // namespace

Builder::Builder(MutableBytes out, Class message_class, const TransactionId& id)
    : out_(out), writer_(out) {
  writer_.u16(binding_type(message_class));
  writer_.u16(0);
  writer_.u32(kMagicCookie);
  writer_.bytes(id);
}

void Builder::header(std::uint16_t type, std::size_t size) {
  writer_.u16(type);
  writer_.u16(static_cast<std::uint16_t>(size));
}

void Builder::text(std::uint16_t type, std::string_view value) {
  header(type, value.size());
  writer_.bytes(as_bytes(value));
  writer_.zeros(padded(value.size()) - value.size());
}

void Builder::priority(std::uint32_t value) {
  header(attribute::kPriority, 4);
  writer_.u32(value);
}

void Builder::use_candidate() {
  header(attribute::kUseCandidate, 0);
}

void Builder::ice_controlling(std::uint64_t tie_breaker) {
  header(attribute::kIceControlling, 8);
  writer_.u64(tie_breaker);
}

void Builder::ice_controlled(std::uint64_t tie_breaker) {
  header(attribute::kIceControlled, 8);
  writer_.u64(tie_breaker);
}

void Builder::nomination(std::uint32_t value) {
  header(attribute::kNomination, 4);
  writer_.u32(value);
}

void Builder::xor_mapped_address(const Endpoint& endpoint) {
  const bool v4 = endpoint.address.is_v4();
  header(attribute::kXorMappedAddress, v4 ? 8 : 20);
  writer_.u8(0);
  writer_.u8(v4 ? 1 : 2);
  writer_.u16(static_cast<std::uint16_t>(endpoint.port ^ (kMagicCookie >> 16)));
  if (v4) {
    writer_.u32(endpoint.address.v4_host_order() ^ kMagicCookie);
    return;
  }
  if (!writer_.ok()) return;
  // RFC 8489 §14.2: the mask is the cookie and the transaction id, as they stand in the header.
  const ByteView mask = writer_.written().subspan(4, 16);
  std::array<std::uint8_t, 16> masked = endpoint.address.bytes();
  for (std::size_t i = 0; i < masked.size(); ++i) masked[i] ^= mask[i];
  writer_.bytes(masked);
}

void Builder::error_code(ErrorResponse code) {
  const auto number = std::to_underlying(code);
  const std::string_view reason = reason_of(code);
  header(attribute::kErrorCode, 4 + reason.size());
  writer_.u16(0);
  writer_.u8(static_cast<std::uint8_t>(number / 100));
  writer_.u8(static_cast<std::uint8_t>(number % 100));
  writer_.bytes(as_bytes(reason));
  writer_.zeros(padded(reason.size()) - reason.size());
}

void Builder::unknown_attributes(std::span<const std::uint16_t> types) {
  header(attribute::kUnknownAttributes, types.size() * 2);
  for (const std::uint16_t type : types) writer_.u16(type);
  writer_.zeros(padded(types.size() * 2) - types.size() * 2);
}

ByteView Builder::finish(const IntegrityKey* key) {
  if (key != nullptr && writer_.ok()) {
    const Integrity integrity = integrity_of(writer_.written(), *key);
    header(attribute::kMessageIntegrity, integrity.size());
    writer_.bytes(integrity);
  }
  const std::size_t before = writer_.size();
  header(attribute::kFingerprint, 4);
  writer_.u32(0);
  if (!writer_.ok()) return {};
  store_be16(&out_[2], static_cast<std::uint16_t>(writer_.size() - kHeaderBytes));
  store_be32(&out_[before + kAttributeHeaderBytes], fingerprint_of(out_.first(before)));
  return writer_.written();
}

}  // namespace confab::stun
