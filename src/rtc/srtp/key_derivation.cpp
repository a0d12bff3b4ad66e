#include "rtc/srtp/key_derivation.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace confab::srtp {
namespace {

// RFC 3711 §4.3.2. SRTCP's are these plus 3.
constexpr std::uint8_t kLabelCipher = 0;
constexpr std::uint8_t kLabelAuth = 1;
constexpr std::uint8_t kLabelSalt = 2;
constexpr std::uint8_t kLabelRtcp = 3;

SessionKeys derive_one(const SrtpKeyMaterial& master, std::uint8_t first_label) {
  SessionKeys keys;
  const auto label = [first_label](std::uint8_t which) {
    return static_cast<std::uint8_t>(first_label + which);
  };
  derive(master, label(kLabelCipher),
         MutableBytes(keys.cipher).first(srtp_key_size(master.profile)));
  derive(master, label(kLabelSalt), MutableBytes(keys.salt).first(srtp_salt_size(master.profile)));
  if (master.profile == SrtpProfile::kAes128CmSha1_80) derive(master, label(kLabelAuth), keys.auth);
  return keys;
}

}  // namespace

void derive(const SrtpKeyMaterial& master, std::uint8_t label, MutableBytes out) {
  // x = (label || r) XOR master salt, r = 0 in 48 bits: the label meets byte 7 of the 112-bit salt.
  // A 96-bit salt stands in front of 16 zero bits (RFC 7714 §11). The counter is the last 16 bits.
  std::array<std::uint8_t, 16> iv{};
  std::ranges::copy(master.salt_view(), iv.begin());
  iv[7] ^= label;

  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const EVP_CIPHER* cipher =
      srtp_key_size(master.profile) == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
  std::ranges::fill(out, std::uint8_t{0});
  int written = 0;
  CHECK(EVP_EncryptInit_ex(context.get(), cipher, nullptr, master.key.data(), iv.data()) == 1);
  CHECK(EVP_EncryptUpdate(context.get(), out.data(), &written, out.data(),
                          static_cast<int>(out.size())) == 1);
}

DerivedKeys derive_session_keys(const SrtpKeyMaterial& master) {
  return {derive_one(master, 0), derive_one(master, kLabelRtcp)};
}

}  // namespace confab::srtp
