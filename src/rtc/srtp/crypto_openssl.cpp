// SHA1_* are deprecated since OpenSSL 3.0 in favour of EVP_MAC, which allocates for each packet;
// a SHA_CTX is copied by value.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <memory>

#include "base/check.h"
#include "rtc/srtp/crypto.h"

namespace confab::srtp {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// Keyed once; per packet only the IV is set.
CipherContext make_context(const EVP_CIPHER* cipher, ByteView key) {
  CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  CHECK(static_cast<int>(key.size()) == EVP_CIPHER_get_key_length(cipher));
  CHECK(EVP_EncryptInit_ex(context.get(), cipher, nullptr, key.data(), nullptr) == 1);
  return context;
}

class OpensslAead final : public Aead {
 public:
  explicit OpensslAead(ByteView key)
      : context_(make_context(key.size() == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), key)) {}

  void seal(const GcmIv& iv, ByteView aad, MutableBytes text, std::uint8_t* tag) override {
    begin(iv, aad, text, /*encrypt=*/1);
    int n = 0;
    CHECK(EVP_EncryptFinal_ex(context_.get(), nullptr, &n) == 1);
    CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagBytes, tag) == 1);
  }

  bool open(const GcmIv& iv, ByteView aad, MutableBytes text, const std::uint8_t* tag) override {
    begin(iv, aad, text, /*encrypt=*/0);
    std::array<std::uint8_t, kGcmTagBytes> expected;
    std::memcpy(expected.data(), tag, expected.size());
    CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagBytes,
                              expected.data()) == 1);
    int n = 0;
    return EVP_DecryptFinal_ex(context_.get(), nullptr, &n) == 1;
  }

 private:
  void begin(const GcmIv& iv, ByteView aad, MutableBytes text, int encrypt) {
    int n = 0;
    CHECK(EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data(), encrypt) == 1);
    CHECK(EVP_CipherUpdate(context_.get(), nullptr, &n, aad.data(), static_cast<int>(aad.size())) ==
          1);
    if (text.empty()) return;
    CHECK(EVP_CipherUpdate(context_.get(), text.data(), &n, text.data(),
                           static_cast<int>(text.size())) == 1);
  }

  CipherContext context_;
};

// RFC 2104 with the two keyed blocks hashed once.
class HmacSha1 {
 public:
  explicit HmacSha1(ByteView key)
      : inner_(keyed_state(key, 0x36)), outer_(keyed_state(key, 0x5C)) {}

  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest(ByteView data) const {
    std::array<std::uint8_t, SHA_DIGEST_LENGTH> out;
    SHA_CTX state = inner_;
    SHA1_Update(&state, data.data(), data.size());
    SHA1_Final(out.data(), &state);
    state = outer_;
    SHA1_Update(&state, out.data(), out.size());
    SHA1_Final(out.data(), &state);
    return out;
  }

 private:
  static SHA_CTX keyed_state(ByteView key, std::uint8_t pad) {
    std::array<std::uint8_t, SHA_CBLOCK> block;
    CHECK(key.size() <= block.size());
    block.fill(pad);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
    SHA_CTX state;
    SHA1_Init(&state);
    SHA1_Update(&state, block.data(), block.size());
    return state;
  }

  SHA_CTX inner_;
  SHA_CTX outer_;
};

class OpensslCtrHmac final : public CtrHmac {
 public:
  OpensslCtrHmac(ByteView cipher_key, ByteView auth_key)
      : context_(make_context(EVP_aes_128_ctr(), cipher_key)), hmac_(auth_key) {}

  void seal(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset, std::uint32_t trailer,
            std::uint8_t* tag) override {
    crypt(iv, packet.subspan(cipher_offset));
    std::memcpy(tag, authenticate(packet, trailer).data(), kSha1TagBytes);
  }

  bool open(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset, std::uint32_t trailer,
            const std::uint8_t* tag) override {
    if (CRYPTO_memcmp(authenticate(packet, trailer).data(), tag, kSha1TagBytes) != 0) return false;
    crypt(iv, packet.subspan(cipher_offset));
    return true;
  }

 private:
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> authenticate(MutableBytes packet,
                                                           std::uint32_t trailer) const {
    store_be32(packet.data() + packet.size(), trailer);
    return hmac_.digest({packet.data(), packet.size() + sizeof(trailer)});
  }

  void crypt(const CtrIv& iv, MutableBytes text) {
    if (text.empty()) return;
    int n = 0;
    CHECK(EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data()) == 1);
    CHECK(EVP_EncryptUpdate(context_.get(), text.data(), &n, text.data(),
                            static_cast<int>(text.size())) == 1);
  }

  CipherContext context_;
  HmacSha1 hmac_;
};

class OpensslProvider final : public CryptoProvider {
 public:
  std::string_view name() const override { return "openssl"; }
  std::unique_ptr<Aead> make_aead(ByteView key) override {
    return std::make_unique<OpensslAead>(key);
  }
  std::unique_ptr<CtrHmac> make_ctr_hmac(ByteView cipher_key, ByteView auth_key) override {
    return std::make_unique<OpensslCtrHmac>(cipher_key, auth_key);
  }
};

}  // namespace

std::unique_ptr<CryptoProvider> make_openssl_provider() {
  return std::make_unique<OpensslProvider>();
}

std::unique_ptr<CryptoProvider> make_crypto_provider() {
  auto provider = make_ipsec_mb_provider();
  return provider ? std::move(provider) : make_openssl_provider();
}

}  // namespace confab::srtp
