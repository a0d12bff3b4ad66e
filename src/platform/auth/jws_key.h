// Keys that sign and prove tokens (RFC 7515), each bound to one algorithm: a token that names
// another one is refused before its signature is looked at (RFC 8725 §3.1). Keys are owners;
// thread-safe once made. Wraps OpenSSL's EVP.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

struct evp_pkey_st;

namespace confab::auth {

enum class Algorithm : std::uint8_t { kHs256, kRs256, kEs256, kEdDsa };

// "HS256", as `alg` writes it.
std::string_view algorithm_name(Algorithm algorithm);
// Nothing for every other word, "none" among them.
std::optional<Algorithm> parse_algorithm(std::string_view name);

enum class KeyFault : std::uint8_t {
  kMalformed,    // not a key of its kind
  kWeak,         // shorter than its algorithm asks for, or longer than is worth checking
  kUnsupported,  // of a kind that signs with none of our algorithms
};
std::string_view key_fault_text(KeyFault fault);

namespace detail {
struct FreeKey {
  void operator()(evp_pkey_st* key) const;
};
using KeyPtr = std::unique_ptr<evp_pkey_st, FreeKey>;
}  // namespace detail

// RFC 7518 §3.2: a secret has at least as many bytes as the hash.
inline constexpr std::size_t kSecretBytesMin = 32;
inline constexpr std::size_t kSecretBytesMax = 1024;

// What checks signatures.
class VerifyKey {
 public:
  using Made = std::expected<VerifyKey, KeyFault>;

  static Made hmac(std::string_view secret);
  // As in a JSON Web Key: big-endian numbers, points without their prefix (RFC 7518 §6, RFC 8037).
  static Made rsa(ByteView modulus, ByteView exponent);
  static Made p256(ByteView x, ByteView y);
  static Made ed25519(ByteView x);

  Algorithm algorithm() const { return algorithm_; }
  bool verify(std::string_view signed_text, std::string_view signature) const;

 private:
  friend class SigningKey;
  explicit VerifyKey(std::string secret) : secret_(std::move(secret)) {}
  VerifyKey(Algorithm algorithm, detail::KeyPtr key)
      : algorithm_(algorithm), key_(std::move(key)) {}

  Algorithm algorithm_ = Algorithm::kHs256;
  std::string secret_;    // of HS256
  detail::KeyPtr key_{};  // of the others
};

// What makes them.
class SigningKey {
 public:
  using Made = std::expected<SigningKey, KeyFault>;

  static Made hmac(std::string_view secret);
  // PKCS #8 or the older forms: RSA of 2048 bits and more, P-256, Ed25519.
  static Made from_pem(std::string_view pem);
  // A new one for ES256.
  static SigningKey make_p256();

  Algorithm algorithm() const { return algorithm_; }
  std::string sign(std::string_view text) const;
  // The half that everybody may know.
  VerifyKey verify_key() const;
  // A JSON Web Key of that half with `use`, `alg` and this `kid` (letters, digits, '-' and '_').
  // P-256 alone, the only kind that we publish.
  std::string public_jwk(std::string_view kid) const;
  // PKCS #8, in clear.
  std::string to_pem() const;

 private:
  explicit SigningKey(std::string secret) : secret_(std::move(secret)) {}
  SigningKey(Algorithm algorithm, detail::KeyPtr key)
      : algorithm_(algorithm), key_(std::move(key)) {}

  Algorithm algorithm_ = Algorithm::kHs256;
  std::string secret_;
  detail::KeyPtr key_{};
};

}  // namespace confab::auth
