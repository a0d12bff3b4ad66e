#include "platform/auth/sealer.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "base/bytes.h"
#include "base/check.h"
#include "platform/auth/base64url.h"

namespace confab::auth {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
// PKCS #8 of RSA 8192 in PEM is 7 kB.
constexpr std::size_t kSealedCharsMax = 16 * 1024;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

}  // namespace

std::string Sealer::seal(std::string_view secret, std::string_view owner, Random& random) const {
  std::array<std::uint8_t, kNonceBytes> nonce{};
  random.fill(nonce);
  const Context context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr && EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                                                 key_.data(), nonce.data()) == 1);
  int length = 0;
  CHECK(EVP_EncryptUpdate(context.get(), nullptr, &length, as_bytes(owner).data(),
                          static_cast<int>(owner.size())) == 1);
  std::string out(as_chars(nonce));
  out.resize(kNonceBytes + secret.size() + kTagBytes);
  CHECK(EVP_EncryptUpdate(context.get(), bytes_of(out) + kNonceBytes, &length,
                          as_bytes(secret).data(), static_cast<int>(secret.size())) == 1);
  CHECK(EVP_EncryptFinal_ex(context.get(), bytes_of(out) + kNonceBytes + length, &length) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                            bytes_of(out) + kNonceBytes + secret.size()) == 1);
  return base64url_encode(as_bytes(out));
}

std::optional<std::string> Sealer::open(std::string_view sealed, std::string_view owner) const {
  if (sealed.size() > kSealedCharsMax) return std::nullopt;
  auto bytes = base64url_decode(sealed);
  if (!bytes || bytes->size() < kNonceBytes + kTagBytes) return std::nullopt;
  const Context context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                                                 key_.data(), bytes_of(*bytes)) == 1);
  int length = 0;
  CHECK(EVP_DecryptUpdate(context.get(), nullptr, &length, as_bytes(owner).data(),
                          static_cast<int>(owner.size())) == 1);
  const std::size_t size = bytes->size() - kNonceBytes - kTagBytes;
  std::string out(size, '\0');
  CHECK(EVP_DecryptUpdate(context.get(), bytes_of(out), &length, bytes_of(*bytes) + kNonceBytes,
                          static_cast<int>(size)) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes,
                            bytes_of(*bytes) + kNonceBytes + size) == 1);
  if (EVP_DecryptFinal_ex(context.get(), bytes_of(out) + size, &length) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return out;
}

}  // namespace confab::auth
