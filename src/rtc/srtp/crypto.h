// The two cipher families of SRTP behind small interfaces, so that the backend is chosen at run
// time: Intel's ipsec-mb where the CPU has AES instructions, OpenSSL elsewhere.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.h"

namespace confab::srtp {

inline constexpr std::size_t kGcmTagBytes = 16;
inline constexpr std::size_t kGcmIvBytes = 12;
inline constexpr std::size_t kCtrIvBytes = 16;
inline constexpr std::size_t kSha1TagBytes = 10;

using GcmIv = std::array<std::uint8_t, kGcmIvBytes>;
using CtrIv = std::array<std::uint8_t, kCtrIvBytes>;

// AES-GCM under one key (RFC 7714). Not thread-safe: an object belongs to one shard.
class Aead {
 public:
  virtual ~Aead() = default;
  // Encrypts `text` in place and writes kGcmTagBytes to `tag`.
  virtual void seal(const GcmIv& iv, ByteView aad, MutableBytes text, std::uint8_t* tag) = 0;
  // Decrypts `text` in place. False if the tag is wrong; then `text` is spoilt.
  virtual bool open(const GcmIv& iv, ByteView aad, MutableBytes text, const std::uint8_t* tag) = 0;
};

// AES-128 in counter mode and HMAC-SHA1 cut to 80 bits, under one pair of keys (RFC 3711 §4).
// `packet` is what is authenticated, `cipher_offset` where its encrypted part starts, `trailer`
// what is authenticated behind it (the ROC for SRTP; E and index for SRTCP). It is written behind
// `packet`, where four bytes must be writable.
class CtrHmac {
 public:
  virtual ~CtrHmac() = default;
  // Encrypts in place, then writes kSha1TagBytes to `tag`, which may stand on the trailer.
  virtual void seal(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset,
                    std::uint32_t trailer, std::uint8_t* tag) = 0;
  // The same, by the time that the provider's finish_seals() returns: many tags cost less together
  // than one by one. Until then nobody may touch `packet`, the trailer and `tag`, and this object
  // must live (debug builds check that). Does it at once where there is nothing to gain.
  virtual void seal_later(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset,
                          std::uint32_t trailer, std::uint8_t* tag) {
    seal(iv, packet, cipher_offset, trailer, tag);
  }
  // Decrypts in place. False if the tag is wrong; then `packet` may be spoilt. `tag` must not stand
  // on the trailer.
  virtual bool open(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset,
                    std::uint32_t trailer, const std::uint8_t* tag) = 0;
};

// Makes keyed ciphers. One per shard and on its thread; must outlive what it made. Key lengths: 16
// or 32 bytes for Aead; 16 and 20 for CtrHmac.
class CryptoProvider {
 public:
  virtual ~CryptoProvider() = default;
  // Finishes what seal_later() put off. To be called before control goes back to anybody who may
  // destroy a cipher or use the packets.
  virtual void finish_seals() {}
  virtual std::string_view name() const = 0;
  virtual std::unique_ptr<Aead> make_aead(ByteView key) = 0;
  virtual std::unique_ptr<CtrHmac> make_ctr_hmac(ByteView cipher_key, ByteView auth_key) = 0;
};

// What every machine has.
std::unique_ptr<CryptoProvider> make_openssl_provider();
// nullptr if this machine can not run ipsec-mb: the CPU lacks the instructions, the library's self
// test failed, or confab was built without it. Tests let it use less of the CPU, to see what other
// machines do.
struct CpuUse {
  bool sha_ni = true;
  bool avx512 = true;
};
std::unique_ptr<CryptoProvider> make_ipsec_mb_provider(const CpuUse& use = {});
// The fastest that works here.
std::unique_ptr<CryptoProvider> make_crypto_provider();

}  // namespace confab::srtp
