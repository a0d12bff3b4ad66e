// JSON Web Tokens (RFC 7519) as we take and make them: read, then checked with a key that the
// caller finds by what was read. Sans-IO: keys, rules and the time are arguments, and every refusal
// is a reason of its own. RFC 8725 is the list of what goes wrong elsewhere.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "platform/auth/claims.h"
#include "platform/auth/jws_key.h"

namespace confab::auth {

// Why a token is not taken. The names are labels of a counter (refusal_name).
enum class Refusal : std::uint8_t {
  kTooLarge,        // more than kTokenBytesMax
  kMalformed,       // not three parts in base64url, of which the first is JSON
  kAlgorithm,       // `alg` is "none" or another that we do not take
  kHeader,          // names its own key or asks for what we do not do: jwk, jku, x5u, x5c, crit, …
  kClaims,          // a claim is missing or not as it should be
  kUnknownKey,      // nobody whom we know has signed it
  kWrongAlgorithm,  // `alg` is not that of the key
  kSignature,
  kExpired,
  kNotYet,    // before `nbf`, or made in the future
  kLifetime,  // good for longer than kTokenLifetimeMaxS
  kAudience,  // for somebody else
  kRevoked,
  kScope,     // grants what its key may not grant
  kNotReady,  // our own keys are not read yet
};
inline constexpr std::size_t kRefusals = 15;
std::string_view refusal_name(Refusal refusal);
// For whoever shows the token.
std::string_view refusal_text(Refusal refusal);

inline constexpr std::size_t kTokenBytesMax = 8 * 1024;
inline constexpr std::int64_t kTokenLifetimeMaxS = 24 * 3600;
// Between two clocks that are both right.
inline constexpr std::int64_t kLeewayS = 30;

// What a text says that it is. Nothing in it is true before check_token().
struct UnverifiedToken {
  Algorithm algorithm = Algorithm::kHs256;
  std::string key_id;  // kid; may be empty
  Claims claims;
  std::string signed_text;
  std::string signature;
};

std::expected<UnverifiedToken, Refusal> read_token(std::string_view text);

// Nothing if it is good at `now_s` (seconds since 1970). `audience`: that must be among its own, if
// there is one.
std::expected<void, Refusal> check_token(const UnverifiedToken& token, const VerifyKey& key,
                                         std::string_view audience, std::int64_t now_s);

// `key_id` may be empty.
std::string sign_token(const Claims& claims, const SigningKey& key, std::string_view key_id);

}  // namespace confab::auth
