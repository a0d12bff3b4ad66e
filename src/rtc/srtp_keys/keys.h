// What a DTLS handshake hands to SRTP: the protection profile and both directions' master keys and
// salts. A module of its own, so that rtc/dtls and rtc/srtp need not know each other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace confab {

enum class SrtpProfile : std::uint8_t { kAeadAes128Gcm, kAeadAes256Gcm, kAes128CmSha1_80 };

inline constexpr std::size_t kSrtpKeyBytesMax = 32;
inline constexpr std::size_t kSrtpSaltBytesMax = 14;

// RFC 5764 §4.1.2, RFC 7714 §14.2: the length of a master key and of a master salt.
constexpr std::size_t srtp_key_size(SrtpProfile profile) {
  return profile == SrtpProfile::kAeadAes256Gcm ? 32 : 16;
}
constexpr std::size_t srtp_salt_size(SrtpProfile profile) {
  return profile == SrtpProfile::kAes128CmSha1_80 ? 14 : 12;
}
// What the exporter must deliver: client key, server key, client salt, server salt (RFC 5764 §4.2).
constexpr std::size_t srtp_exported_size(SrtpProfile profile) {
  return 2 * (srtp_key_size(profile) + srtp_salt_size(profile));
}

// The IANA names, which are also OpenSSL's but for the last (there SRTP_AES128_CM_SHA1_80).
constexpr std::string_view srtp_profile_name(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::kAeadAes128Gcm:
      return "AEAD_AES_128_GCM";
    case SrtpProfile::kAeadAes256Gcm:
      return "AEAD_AES_256_GCM";
    case SrtpProfile::kAes128CmSha1_80:
      return "AES128_CM_HMAC_SHA1_80";
  }
  return "";
}

// The DTLS-SRTP protection profile values (RFC 5764 §4.1.2, RFC 7714 §14.2).
constexpr std::uint16_t srtp_profile_id(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::kAeadAes128Gcm:
      return 0x0007;
    case SrtpProfile::kAeadAes256Gcm:
      return 0x0008;
    case SrtpProfile::kAes128CmSha1_80:
      return 0x0001;
  }
  return 0;
}
constexpr std::optional<SrtpProfile> srtp_profile_from_id(std::uint16_t id) {
  switch (id) {
    case 0x0007:
      return SrtpProfile::kAeadAes128Gcm;
    case 0x0008:
      return SrtpProfile::kAeadAes256Gcm;
    case 0x0001:
      return SrtpProfile::kAes128CmSha1_80;
    default:
      return std::nullopt;
  }
}

// One direction's master key and salt. The first srtp_key_size() and srtp_salt_size() bytes count.
struct SrtpKeyMaterial {
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  std::array<std::uint8_t, kSrtpKeyBytesMax> key{};
  std::array<std::uint8_t, kSrtpSaltBytesMax> salt{};

  ByteView key_view() const { return ByteView(key).first(srtp_key_size(profile)); }
  ByteView salt_view() const { return ByteView(salt).first(srtp_salt_size(profile)); }
};

// Both directions: `local` protects what we send, `remote` opens what we receive.
struct SrtpKeys {
  SrtpKeyMaterial local;
  SrtpKeyMaterial remote;

  SrtpProfile profile() const { return local.profile; }
  // `exported` is what the exporter "EXTRACTOR-dtls_srtp" gave, srtp_exported_size(profile) long;
  // absent when it is not.
  static std::optional<SrtpKeys> from_exported(SrtpProfile profile, ByteView exported,
                                               bool is_dtls_client);
};

inline std::optional<SrtpKeys> SrtpKeys::from_exported(SrtpProfile profile, ByteView exported,
                                                       bool is_dtls_client) {
  if (exported.size() != srtp_exported_size(profile)) return std::nullopt;
  const std::size_t key_size = srtp_key_size(profile);
  const std::size_t salt_size = srtp_salt_size(profile);
  SrtpKeyMaterial client;
  SrtpKeyMaterial server;
  client.profile = server.profile = profile;
  ByteReader in(exported);
  const auto copy = [&in](auto& to, std::size_t size) {
    std::memcpy(to.data(), in.bytes(size).data(), size);
  };
  copy(client.key, key_size);
  copy(server.key, key_size);
  copy(client.salt, salt_size);
  copy(server.salt, salt_size);
  return is_dtls_client ? SrtpKeys{client, server} : SrtpKeys{server, client};
}

}  // namespace confab
