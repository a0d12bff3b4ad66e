// Secrets at rest: what must be had again (an HMAC key, a private key) is written encrypted, so
// that a copy of the database alone opens nothing. AES-256-GCM under a key of this purpose alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace confab::auth {

// Thread-safe once made.
class Sealer {
 public:
  using Key = std::array<std::uint8_t, 32>;
  explicit Sealer(const Key& key) : key_(key) {}

  // Text in base64url, of a random nonce (96 bits: 2^32 secrets before two are likely to be alike),
  // the ciphertext and the tag. `owner` is what it belongs to ("key:AB12"): sealed for one it does
  // not open for another, so rows can not be swapped.
  std::string seal(std::string_view secret, std::string_view owner, Random& random) const;
  // Nothing for what was sealed for another owner, by another key, or changed.
  std::optional<std::string> open(std::string_view sealed, std::string_view owner) const;

 private:
  Key key_;
};

}  // namespace confab::auth
