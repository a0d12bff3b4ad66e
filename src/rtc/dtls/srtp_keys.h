// What a DTLS handshake yields for SRTP (RFC 5764 §4.1.2, §4.2; RFC 7714 §14.2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace confab::dtls {

// Values as on the wire (IANA DTLS-SRTP protection profiles).
enum class SrtpProfile : std::uint16_t {
  kAes128CmSha1_80 = 0x0001,
  kAeadAes128Gcm = 0x0007,
  kAeadAes256Gcm = 0x0008,
};
// The IANA name: "SRTP_AEAD_AES_128_GCM".
std::string_view to_string(SrtpProfile profile);

constexpr std::size_t srtp_key_bytes(SrtpProfile profile) {
  return profile == SrtpProfile::kAeadAes256Gcm ? 32 : 16;
}
constexpr std::size_t srtp_salt_bytes(SrtpProfile profile) {
  return profile == SrtpProfile::kAes128CmSha1_80 ? 14 : 12;
}

struct SrtpMasterKey {
  std::array<std::uint8_t, 32> key{};   // the first srtp_key_bytes(profile) count
  std::array<std::uint8_t, 14> salt{};  // the first srtp_salt_bytes(profile) count
  bool operator==(const SrtpMasterKey&) const = default;
};

struct SrtpKeys {
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  SrtpMasterKey local;   // what we protect with
  SrtpMasterKey remote;  // what the peer protects with

  ByteView key(const SrtpMasterKey& of) const {
    return ByteView(of.key).first(srtp_key_bytes(profile));
  }
  ByteView salt(const SrtpMasterKey& of) const {
    return ByteView(of.salt).first(srtp_salt_bytes(profile));
  }
};

}  // namespace confab::dtls
