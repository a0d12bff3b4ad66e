#include "rtc/srtp/crypto.h"

#if __has_include(<intel-ipsec-mb.h>)

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>

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

// The key of an HMAC-SHA1 as the jobs want it: its two padded blocks, hashed once.
class HmacKey {
 public:
  HmacKey(IMB_MGR* manager, ByteView key) {
    CHECK(key.size() <= kBlockBytes);
    hash_padded(manager, key, 0x36, inner_.data());
    hash_padded(manager, key, 0x5C, outer_.data());
  }

  void put_into(IMB_JOB& job) const {
    job.u.HMAC._hashed_auth_key_xor_ipad = inner_.data();
    job.u.HMAC._hashed_auth_key_xor_opad = outer_.data();
  }
  bool is_in(const IMB_JOB& job) const {
    return job.u.HMAC._hashed_auth_key_xor_ipad == inner_.data();
  }

 private:
  static constexpr std::size_t kBlockBytes = 64;
  static constexpr std::size_t kStateBytes = 20;

  static void hash_padded(IMB_MGR* manager, ByteView key, std::uint8_t pad, std::uint8_t* out) {
    std::array<std::uint8_t, kBlockBytes> block;
    block.fill(pad);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
    IMB_SHA1_ONE_BLOCK(manager, block.data(), out);
  }

  alignas(16) std::array<std::uint8_t, kStateBytes> inner_;
  alignas(16) std::array<std::uint8_t, kStateBytes> outer_;
};

// HMAC-SHA1, one at once or many together. ns each for 1134 bytes on an AMD EPYC that has both:
//
//   how many               1     2    4    8   12   16   64
//   SHA-NI, in pairs     650   380  380  380  380  380  380
//   AVX-512, 16 lanes   2710  1410  770  430  315  220  200
//
// AVX2's 8 lanes take 320 when all are full and 500 when not: not worth a third way.
class HmacJobs {
 public:
  using Tag = std::array<std::uint8_t, 20>;

  // `wide` is nullptr where the CPU has no AVX-512.
  HmacJobs(IMB_MGR* sha_ni, IMB_MGR* wide) : sha_ni_(sha_ni), wide_(wide) {
    for (std::size_t i = 0; i < jobs_.size(); ++i) jobs_[i] = make_job(tags_[i]);
  }
  ~HmacJobs() { DCHECK(waiting_ == 0); }
  HmacJobs(const HmacJobs&) = delete;
  HmacJobs& operator=(const HmacJobs&) = delete;

  Tag compute(const HmacKey& key, ByteView text) const {
    Tag tag;
    IMB_JOB job = make_job(tag);
    fill(job, key, text);
    run(sha_ni_, {&job, 1});
    return tag;
  }

  // Writes kSha1TagBytes to `tag`, which may stand on the text, when finish() is called or there is
  // no more room. Key, text and tag must stay until then.
  void add(const HmacKey& key, ByteView text, std::uint8_t* tag) {
    fill(jobs_[waiting_], key, text);
    jobs_[waiting_].user_data = tag;
    if (++waiting_ == jobs_.size()) finish();
  }

  void finish() {
    const std::span jobs = std::span(jobs_).first(waiting_);
    const std::size_t wide = worth_the_lanes();
    if (wide > 0) run(wide_, jobs.first(wide));
    if (wide < waiting_) run(sha_ni_, jobs.subspan(wide));
    for (std::size_t i = 0; i < waiting_; ++i) {
      std::memcpy(jobs[i].user_data, tags_[i].data(), kSha1TagBytes);
    }
    waiting_ = 0;
  }

  bool waits_for(const HmacKey& key) const {
    return std::ranges::any_of(std::span(jobs_).first(waiting_),
                               [&](const IMB_JOB& job) { return key.is_in(job); });
  }

 private:
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kLanesWorthIt = 12;
  // The most that one call takes. Packets of unequal length leave lanes idle at the end only, so it
  // matters: of 900 to 1250 bytes, 16 cost 340 each, 32 290, 64 260, 128 245.
  static constexpr std::size_t kWaitingMax = IMB_MAX_BURST_SIZE;
  static constexpr std::size_t kJobTagBytes = 12;  // what a job gives; SRTP takes 10 of them

  // How many of those that wait: full rounds, and one that is almost full.
  std::size_t worth_the_lanes() const {
    if (wide_ == nullptr) return 0;
    const std::size_t rest = waiting_ % kLanes;
    return rest < kLanesWorthIt ? waiting_ - rest : waiting_;
  }

  static IMB_JOB make_job(Tag& tag) {
    IMB_JOB job{};
    job.cipher_mode = IMB_CIPHER_NULL;
    job.cipher_direction = IMB_DIR_ENCRYPT;
    job.chain_order = IMB_ORDER_CIPHER_HASH;
    job.hash_alg = IMB_AUTH_HMAC_SHA_1;
    job.auth_tag_output = tag.data();
    job.auth_tag_output_len_in_bytes = kJobTagBytes;
    return job;
  }

  static void fill(IMB_JOB& job, const HmacKey& key, ByteView text) {
    job.src = text.data();
    job.msg_len_to_hash_in_bytes = text.size();
    key.put_into(job);
  }

  // All are done when it returns: nothing stays in the manager.
  static void run(IMB_MGR* manager, std::span<IMB_JOB> jobs) {
    const auto count = static_cast<std::uint32_t>(jobs.size());
    CHECK(IMB_SUBMIT_HASH_BURST(manager, jobs.data(), count, IMB_AUTH_HMAC_SHA_1) == count);
  }

  IMB_MGR* sha_ni_;
  IMB_MGR* wide_;
  std::array<IMB_JOB, kWaitingMax> jobs_;
  std::array<Tag, kWaitingMax> tags_;
  std::size_t waiting_ = 0;
};

// Encrypting is quick (60 ns) and always done at once, while the packet is in the nearest cache;
// only the tag can wait.
class IpsecMbCtrHmac final : public CtrHmac {
 public:
  IpsecMbCtrHmac(IMB_MGR* manager, HmacJobs& hmacs, ByteView cipher_key, ByteView auth_key)
      : hmac_key_(manager, auth_key), manager_(manager), hmacs_(hmacs) {
    CHECK(cipher_key.size() == kKeyBytes);
    alignas(16) std::array<std::uint8_t, kExpandedKeyBytes> unused;
    IMB_AES_KEYEXP_128(manager_, cipher_key.data(), cipher_key_.data(), unused.data());
  }
  ~IpsecMbCtrHmac() override { DCHECK(!hmacs_.waits_for(hmac_key_)); }
  IpsecMbCtrHmac(const IpsecMbCtrHmac&) = delete;
  IpsecMbCtrHmac& operator=(const IpsecMbCtrHmac&) = delete;

  void seal(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset, std::uint32_t trailer,
            std::uint8_t* tag) override {
    crypt(iv, packet.subspan(cipher_offset));
    const HmacJobs::Tag computed = hmacs_.compute(hmac_key_, with_trailer(packet, trailer));
    std::memcpy(tag, computed.data(), kSha1TagBytes);
  }

  void seal_later(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset,
                  std::uint32_t trailer, std::uint8_t* tag) override {
    crypt(iv, packet.subspan(cipher_offset));
    hmacs_.add(hmac_key_, with_trailer(packet, trailer), tag);
  }

  bool open(const CtrIv& iv, MutableBytes packet, std::size_t cipher_offset, std::uint32_t trailer,
            const std::uint8_t* tag) override {
    const HmacJobs::Tag computed = hmacs_.compute(hmac_key_, with_trailer(packet, trailer));
    if (CRYPTO_memcmp(computed.data(), tag, kSha1TagBytes) != 0) return false;
    crypt(iv, packet.subspan(cipher_offset));
    return true;
  }

 private:
  static constexpr std::size_t kKeyBytes = 16;
  static constexpr std::size_t kExpandedKeyBytes = 16 * 15;

  static ByteView with_trailer(MutableBytes packet, std::uint32_t trailer) {
    store_be32(packet.data() + packet.size(), trailer);
    return {packet.data(), packet.size() + sizeof(trailer)};
  }

  // Counter mode decrypts by encrypting.
  void crypt(const CtrIv& iv, MutableBytes text) {
    if (text.empty()) return;  // the library refuses a job without text
    IMB_JOB job{};
    job.enc_keys = cipher_key_.data();
    job.key_len_in_bytes = kKeyBytes;
    job.iv = iv.data();
    job.iv_len_in_bytes = iv.size();
    job.src = text.data();
    job.dst = text.data();
    job.msg_len_to_cipher_in_bytes = text.size();
    CHECK(IMB_SUBMIT_CIPHER_BURST(manager_, &job, 1, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT,
                                  IMB_KEY_128_BYTES) == 1);
  }

  alignas(16) std::array<std::uint8_t, kExpandedKeyBytes> cipher_key_;
  HmacKey hmac_key_;
  IMB_MGR* manager_;
  HmacJobs& hmacs_;
};

class IpsecMbProvider final : public CryptoProvider {
 public:
  IpsecMbProvider(Manager widest, bool is_avx512, Manager sse)
      : widest_(std::move(widest)),
        sse_(std::move(sse)),
        openssl_(make_openssl_provider()),
        hmacs_(sse_.get(), is_avx512 ? widest_.get() : nullptr) {}

  std::string_view name() const override { return "ipsec-mb"; }
  std::unique_ptr<Aead> make_aead(ByteView key) override {
    return std::make_unique<IpsecMbAead>(widest_.get(), key);
  }
  std::unique_ptr<CtrHmac> make_ctr_hmac(ByteView cipher_key, ByteView auth_key) override {
    // Without SHA-NI a lone packet takes all lanes, and OpenSSL less.
    if ((sse_->features & IMB_FEATURE_SHANI) == 0) {
      return openssl_->make_ctr_hmac(cipher_key, auth_key);
    }
    return std::make_unique<IpsecMbCtrHmac>(widest_.get(), hmacs_, cipher_key, auth_key);
  }
  void finish_seals() override { hmacs_.finish(); }

 private:
  Manager widest_;
  Manager sse_;  // the one that uses SHA-NI for HMAC-SHA1
  std::unique_ptr<CryptoProvider> openssl_;
  HmacJobs hmacs_;
};

}  // namespace

std::unique_ptr<CryptoProvider> make_ipsec_mb_provider(const CpuUse& use) {
  if ((imb_get_feature_flags() & kNeeded) != kNeeded) return nullptr;
  Manager widest(alloc_mb_mgr(0), free_mb_mgr);
  Manager sse(alloc_mb_mgr(use.sha_ni ? 0 : IMB_FLAG_SHANI_OFF), free_mb_mgr);
  if (!widest || !sse) return nullptr;
  IMB_ARCH arch = IMB_ARCH_SSE;
  if (use.avx512) {
    init_mb_mgr_auto(widest.get(), &arch);
  } else {
    init_mb_mgr_sse(widest.get());
  }
  init_mb_mgr_sse(sse.get());
  if (!is_usable(widest.get()) || !is_usable(sse.get())) return nullptr;
  return std::make_unique<IpsecMbProvider>(std::move(widest), arch == IMB_ARCH_AVX512,
                                           std::move(sse));
}

}  // namespace confab::srtp

#else

namespace confab::srtp {
std::unique_ptr<CryptoProvider> make_ipsec_mb_provider(const CpuUse&) {
  return nullptr;
}
}  // namespace confab::srtp

#endif
