// The key of MESSAGE-INTEGRITY: HMAC-SHA1 over a message with an ICE password (RFC 8489 §9.1.1,
// §14.5). Holds the padded key state, so that a check costs the hashing of the message alone.
// Owned by whoever holds the password; not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"

struct evp_mac_ctx_st;

namespace confab::stun {

inline constexpr std::size_t kIntegrityBytes = 20;
using Integrity = std::array<std::uint8_t, kIntegrityBytes>;

class IntegrityKey {
 public:
  // A short-term credential: the password's own bytes are the key. ICE passwords are ASCII, so
  // OpaqueString preparation (RFC 8265) changes nothing.
  explicit IntegrityKey(std::string_view password);

  // The HMAC over the parts, one after the other.
  Integrity compute(std::span<const ByteView> parts) const;

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

}  // namespace confab::stun
