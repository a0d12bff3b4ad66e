#include "rtc/srtp/crypto.h"

#if __has_include(<intel-ipsec-mb.h>)

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include <array>
#include <cstring>
#include <memory>

#include "base/check.h"

namespace confab::srtp {
namespace {

using Manager = std::unique_ptr<IMB_MGR, decltype(&free_mb_mgr)>;

constexpr std::uint64_t kNeeded = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | IMB_FEATURE_SSE4_2;

bool is_usable(IMB_MGR* manager) {
  return imb_get_errno(manager) == 0 && (manager->features & IMB_FEATURE_SELF_TEST_PASS) != 0;
}

// gcm_key_data is read with aligned vector loads, but its type says alignment 1.
struct alignas(64) GcmKey {
  gcm_key_data data;
};

// The direct calls keep no state in the manager: it is only their table of functions.
class IpsecMbAead final : public Aead {
 public:
  IpsecMbAead(IMB_MGR* manager, ByteView key) : manager_(manager), is_256_(key.size() == 32) {
    CHECK(key.size() == 16 || key.size() == 32);
    if (is_256_) {
      IMB_AES256_GCM_PRE(manager_, key.data(), &key_.data);
    } else {
      IMB_AES128_GCM_PRE(manager_, key.data(), &key_.data);
    }
  }

  void seal(const GcmIv& iv, ByteView aad, MutableBytes text, std::uint8_t* tag) override {
    gcm_context_data context;
    const auto encrypt = is_256_ ? manager_->gcm256_enc : manager_->gcm128_enc;
    encrypt(&key_.data, &context, text.data(), text.data(), text.size(), iv.data(), aad.data(),
            aad.size(), tag, kGcmTagBytes);
  }

  bool open(const GcmIv& iv, ByteView aad, MutableBytes text, const std::uint8_t* tag) override {
    gcm_context_data context;
    std::array<std::uint8_t, kGcmTagBytes> computed;
    const auto decrypt = is_256_ ? manager_->gcm256_dec : manager_->gcm128_dec;
    decrypt(&key_.data, &context, text.data(), text.data(), text.size(), iv.data(), aad.data(),
            aad.size(), computed.data(), computed.size());
    return CRYPTO_memcmp(computed.data(), tag, computed.size()) == 0;
  }

 private:
  GcmKey key_;
  IMB_MGR* manager_;
  bool is_256_;
};

// One job at a time, finished before the call returns.
class IpsecMbCtrHmac final : public CtrHmac {
 public:
  IpsecMbCtrHmac(IMB_MGR* manager, ByteView cipher_key, ByteView auth_key) : manager_(manager) {
    CHECK(cipher_key.size() == kKeyBytes && auth_key.size() <= kSha1BlockBytes);
    IMB_AES_KEYEXP_128(manager_, cipher_key.data(), encrypt_key_.data(), unused_key_.data());
    hash_keyed_block(auth_key, 0x36, inner_.data());
    hash_keyed_block(auth_key, 0x5C, outer_.data());
  }

  void seal(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset, std::uint32_t trailer,
            std::uint8_t* tag) override {
    const Tag computed =
        run(iv, packet, cipher_offset, trailer, IMB_DIR_ENCRYPT, IMB_ORDER_CIPHER_HASH);
    std::memcpy(tag, computed.data(), kSha1TagBytes);
  }

  bool open(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset, std::uint32_t trailer,
            const std::uint8_t* tag) override {
    const Tag computed =
        run(iv, packet, cipher_offset, trailer, IMB_DIR_DECRYPT, IMB_ORDER_HASH_CIPHER);
    return CRYPTO_memcmp(computed.data(), tag, kSha1TagBytes) == 0;
  }

 private:
  static constexpr std::size_t kKeyBytes = 16;
  static constexpr std::size_t kSha1BlockBytes = 64;
  static constexpr std::size_t kSha1StateBytes = 20;
  static constexpr std::size_t kJobTagBytes = 12;  // what the job gives; SRTP takes 10 of them
  using Tag = std::array<std::uint8_t, 20>;

  void hash_keyed_block(ByteView key, std::uint8_t pad, std::uint8_t* out) {
    std::array<std::uint8_t, kSha1BlockBytes> block;
    block.fill(pad);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
    IMB_SHA1_ONE_BLOCK(manager_, block.data(), out);
  }

  Tag run(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset, std::uint32_t trailer,
          IMB_CIPHER_DIRECTION direction, IMB_CHAIN_ORDER order) {
    store_be32(packet.data() + packet.size(), trailer);
    Tag tag;
    IMB_JOB* job = IMB_GET_NEXT_JOB(manager_);
    *job = {};
    // The library refuses a counter-mode job without text: a bare header is only authenticated.
    job->cipher_mode = cipher_offset < packet.size() ? IMB_CIPHER_CNTR : IMB_CIPHER_NULL;
    job->cipher_direction = direction;
    job->chain_order = order;
    job->enc_keys = encrypt_key_.data();
    job->dec_keys = encrypt_key_.data();  // counter mode decrypts by encrypting
    job->key_len_in_bytes = kKeyBytes;
    job->iv = iv.data();
    job->iv_len_in_bytes = iv.size();
    job->src = packet.data();
    job->dst = packet.data() + cipher_offset;
    job->cipher_start_src_offset_in_bytes = cipher_offset;
    job->msg_len_to_cipher_in_bytes = packet.size() - cipher_offset;
    job->hash_alg = IMB_AUTH_HMAC_SHA_1;
    job->msg_len_to_hash_in_bytes = packet.size() + sizeof(trailer);
    job->auth_tag_output = tag.data();
    job->auth_tag_output_len_in_bytes = kJobTagBytes;
    job->u.HMAC._hashed_auth_key_xor_ipad = inner_.data();
    job->u.HMAC._hashed_auth_key_xor_opad = outer_.data();
    if (IMB_SUBMIT_JOB(manager_) == nullptr) job = IMB_FLUSH_JOB(manager_);
    CHECK(job != nullptr && job->status == IMB_STATUS_COMPLETED);
    return tag;
  }

  alignas(16) std::array<std::uint8_t, 16 * 15> encrypt_key_;
  alignas(16) std::array<std::uint8_t, 16 * 15> unused_key_;
  alignas(16) std::array<std::uint8_t, kSha1StateBytes> inner_;
  alignas(16) std::array<std::uint8_t, kSha1StateBytes> outer_;
  IMB_MGR* manager_;
};

class IpsecMbProvider final : public CryptoProvider {
 public:
  // `jobs` is the manager for one packet at a time: SHA-NI finishes it in 0.9 us, the wide managers
  // take 3 us for anything less than a full batch.
  IpsecMbProvider(Manager direct, Manager jobs)
      : direct_(std::move(direct)), jobs_(std::move(jobs)), openssl_(make_openssl_provider()) {}

  std::string_view name() const override { return "ipsec-mb"; }
  std::unique_ptr<Aead> make_aead(ByteView key) override {
    return std::make_unique<IpsecMbAead>(direct_.get(), key);
  }
  std::unique_ptr<CtrHmac> make_ctr_hmac(ByteView cipher_key, ByteView auth_key) override {
    // Without SHA-NI a lone job occupies one of four lanes.
    if ((jobs_->features & IMB_FEATURE_SHANI) == 0) {
      return openssl_->make_ctr_hmac(cipher_key, auth_key);
    }
    return std::make_unique<IpsecMbCtrHmac>(jobs_.get(), cipher_key, auth_key);
  }

 private:
  Manager direct_;
  Manager jobs_;
  std::unique_ptr<CryptoProvider> openssl_;
};

}  // namespace

std::unique_ptr<CryptoProvider> make_ipsec_mb_provider() {
  if ((imb_get_feature_flags() & kNeeded) != kNeeded) return nullptr;
  Manager direct(alloc_mb_mgr(0), free_mb_mgr);
  Manager jobs(alloc_mb_mgr(0), free_mb_mgr);
  if (!direct || !jobs) return nullptr;
  init_mb_mgr_auto(direct.get(), nullptr);
  init_mb_mgr_sse(jobs.get());
  if (!is_usable(direct.get()) || !is_usable(jobs.get())) return nullptr;
  return std::make_unique<IpsecMbProvider>(std::move(direct), std::move(jobs));
}

}  // namespace confab::srtp

#else

namespace confab::srtp {
std::unique_ptr<CryptoProvider> make_ipsec_mb_provider() {
  return nullptr;
}
}  // namespace confab::srtp

#endif
