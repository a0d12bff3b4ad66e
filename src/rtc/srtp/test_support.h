// What the SRTP tests share. Not part of the module.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "rtc/srtp/crypto.h"
#include "rtc/srtp_keys/keys.h"

namespace confab::srtp {

using Bytes = std::vector<std::uint8_t>;

inline constexpr SrtpProfile kProfiles[] = {
    SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm, SrtpProfile::kAes128CmSha1_80};

inline Bytes from_hex(std::string_view hex) {
  Bytes out;
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits.push_back(c);
  }
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return out;
}

inline SrtpKeyMaterial random_keys(SrtpProfile profile, std::uint64_t seed) {
  SeededRandom random(seed);
  SrtpKeyMaterial keys{.profile = profile};
  random.fill(keys.key);
  random.fill(keys.salt);
  return keys;
}

// A plain RTP packet of `size` bytes (at least 12) whose payload depends on seq.
inline Bytes rtp_packet(std::uint32_t ssrc, std::uint16_t seq, std::size_t size) {
  Bytes packet(size);
  SeededRandom(std::uint64_t{ssrc} << 16 | seq).fill(packet);
  packet[0] = 0x80;
  packet[1] = 96;
  store_be16(&packet[2], seq);
  store_be32(&packet[8], ssrc);
  return packet;
}

// A receiver report's header over `size` bytes (a multiple of 4, at least 8).
inline Bytes rtcp_packet(std::uint32_t ssrc, std::size_t size) {
  Bytes packet(size);
  SeededRandom(ssrc + size).fill(packet);
  packet[0] = 0x80;
  packet[1] = 201;
  store_be16(&packet[2], static_cast<std::uint16_t>(size / 4 - 1));
  store_be32(&packet[4], ssrc);
  return packet;
}

// The backends that run on this machine, also as they would run on lesser ones.
inline std::vector<std::unique_ptr<CryptoProvider>> all_providers() {
  std::vector<std::unique_ptr<CryptoProvider>> providers;
  providers.push_back(make_openssl_provider());
  for (const CpuUse& use : {CpuUse{}, CpuUse{.avx512 = false}, CpuUse{.sha_ni = false}}) {
    if (auto fast = make_ipsec_mb_provider(use)) providers.push_back(std::move(fast));
  }
  return providers;
}

}  // namespace confab::srtp
