#include "platform/auth/turn_credentials.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/bytes.h"
#include "base/check.h"

namespace confab::auth {

TurnCredentials turn_credentials(std::string_view secret, std::string_view whom,
                                 std::int64_t expires_at_s) {
  TurnCredentials out;
  out.username = std::to_string(expires_at_s) + ':' + std::string(whom);
  constexpr unsigned kSha1Bytes = 20;
  constexpr int kBase64Chars = 28;
  std::array<unsigned char, kSha1Bytes> mac{};
  unsigned length = 0;
  CHECK(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
             as_bytes(out.username).data(), out.username.size(), mac.data(), &length) != nullptr);
  std::array<unsigned char, kBase64Chars + 1> text{};
  CHECK(EVP_EncodeBlock(text.data(), mac.data(), static_cast<int>(length)) == kBase64Chars);
  out.credential.assign(text.begin(), text.end() - 1);
  return out;
}

}  // namespace confab::auth
