// Session keys from a master key (RFC 3711 §4.3, RFC 7714 §11), key derivation rate 0: once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "rtc/srtp_keys/keys.h"

namespace confab::srtp {

inline constexpr std::size_t kAuthKeyBytes = 20;

struct SessionKeys {
  std::array<std::uint8_t, kSrtpKeyBytesMax> cipher{};
  std::array<std::uint8_t, kAuthKeyBytes> auth{};  // AES-CM profile only
  std::array<std::uint8_t, kSrtpSaltBytesMax> salt{};
};

struct DerivedKeys {
  SessionKeys rtp;
  SessionKeys rtcp;
};

DerivedKeys derive_session_keys(const SrtpKeyMaterial& master);

// The pseudo-random function alone: fills `out` for one label (RFC 3711 §4.3.3).
void derive(const SrtpKeyMaterial& master, std::uint8_t label, MutableBytes out);

}  // namespace confab::srtp
