#include "platform/auth/password_hash.h"

#include <argon2.h>

#include <array>
#include <cstdint>

namespace confab::auth {
namespace {

// OWASP Password Storage Cheat Sheet (2024), Argon2id: 19 MiB, two passes, one lane.
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kMemoryKiB = 19 * 1024;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltBytes = 16;  // RFC 9106 §3.1
constexpr std::size_t kTagBytes = 32;
constexpr std::string_view kParameters = "$argon2id$v=19$m=19456,t=2,p=1$";

}  // namespace

Result<std::string> hash_password(std::string_view password, Random& random) {
  if (password.size() > kHashedBytesMax) {
    return fail(ErrorCode::kTooLarge, "password: longer than 1024 bytes");
  }
  std::array<std::uint8_t, kSaltBytes> salt{};
  random.fill(salt);
  std::string encoded(
      argon2_encodedlen(kPasses, kMemoryKiB, kLanes, kSaltBytes, kTagBytes, Argon2_id), '\0');
  const int done =
      argon2id_hash_encoded(kPasses, kMemoryKiB, kLanes, password.data(), password.size(),
                            salt.data(), salt.size(), kTagBytes, encoded.data(), encoded.size());
  if (done != ARGON2_OK) return fail(ErrorCode::kUnavailable, "too busy; try again");
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool is_password(std::string_view password, const std::string& hash) {
  // A hash with other parameters is none of ours: it could ask for any amount of memory.
  if (password.size() > kHashedBytesMax || !hash.starts_with(kParameters)) return false;
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

}  // namespace confab::auth
