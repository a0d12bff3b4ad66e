#include "platform/auth/fingerprint.h"

#include <openssl/sha.h>

#include <array>

#include "base/bytes.h"
#include "platform/auth/base64url.h"

namespace confab::auth {

std::string fingerprint(std::string_view secret) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest.data());
  return base64url_encode(digest);
}

}  // namespace confab::auth
