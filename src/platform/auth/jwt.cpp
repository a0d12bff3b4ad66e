#include "platform/auth/jwt.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "platform/auth/base64url.h"
#include "platform/json/json.h"

namespace confab::auth {
namespace {

constexpr std::size_t kKeyIdBytesMax = 256;
constexpr std::size_t kAlgorithmBytesMax = 32;

struct RefusalWords {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<RefusalWords, kRefusals> kRefusalWords = {{
    {"too_large", "the token is longer than 8 kB"},
    {"malformed", "this is not a token"},
    {"algorithm", "the token is signed by an algorithm that is not taken"},
    {"header", "the token's header asks for what is not done here"},
    {"claims", "a claim of the token is missing or wrong; it needs exp"},
    {"unknown_key", "the token is signed by a key that is not known here"},
    {"wrong_algorithm", "the token's algorithm is not that of its key"},
    {"signature", "the token's signature is wrong"},
    {"expired", "the token has expired"},
    {"not_yet", "the token is not good yet; are the clocks right?"},
    {"lifetime", "the token is good for more than 24 hours"},
    {"audience", "the token is for somebody else (aud)"},
    {"revoked", "the token was revoked"},
    {"scope", "the token grants what its key may not grant"},
    {"not_ready", "keys are being read; try again in a moment"},
}};

// Each lets a token choose how it is checked, or asks for an extension (RFC 7515 §4.1, RFC 7797,
// RFC 7516 §4.1.3).
constexpr std::array<std::string_view, 8> kRefusedParameters = {"crit", "jku", "jwk", "x5u",
                                                                "x5c",  "b64", "zip", "enc"};

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

std::optional<Parts> split(std::string_view text) {
  const std::size_t first = text.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return Parts{text.substr(0, first), text.substr(first + 1, second - first - 1),
               text.substr(second + 1)};
}

std::expected<void, Refusal> read_header(std::string_view text, UnverifiedToken& out) {
  const auto value = json::parse(text, kTokenBytesMax);
  if (!value || !value->is_object()) return std::unexpected(Refusal::kMalformed);
  for (const std::string_view refused : kRefusedParameters) {
    if (value->get_object().contains(refused)) return std::unexpected(Refusal::kHeader);
  }
  json::ReadStatus status;
  const json::Reader in(*value, status);
  const std::string_view name = in["alg"].string(kAlgorithmBytesMax);
  if (!status.ok()) return std::unexpected(Refusal::kAlgorithm);
  const auto algorithm = parse_algorithm(name);
  if (!algorithm) return std::unexpected(Refusal::kAlgorithm);
  out.algorithm = *algorithm;
  out.key_id = in["kid"].string_or("", kKeyIdBytesMax);
  if (!status.ok()) return std::unexpected(Refusal::kHeader);
  return {};
}

// RFC 7519 §4.1.4 to §4.1.6, with the leeway on our side of each.
std::expected<void, Refusal> check_times(const Claims& claims, std::int64_t now_s) {
  if (claims.expires_at_s <= now_s - kLeewayS) return std::unexpected(Refusal::kExpired);
  if (claims.not_before_s.value_or(0) > now_s + kLeewayS) {
    return std::unexpected(Refusal::kNotYet);
  }
  // LiveKit's SDKs write nbf in place of iat, one of them as 0.
  const std::int64_t begins_at_s = claims.not_before_s.value_or(0);
  const std::int64_t made_at_s = claims.issued_at_s.value_or(begins_at_s > 0 ? begins_at_s : now_s);
  if (made_at_s > now_s + kLeewayS) return std::unexpected(Refusal::kNotYet);
  if (claims.expires_at_s - made_at_s > kTokenLifetimeMaxS + kLeewayS) {
    return std::unexpected(Refusal::kLifetime);
  }
  return {};
}

}  // namespace

std::string_view refusal_name(Refusal refusal) {
  return kRefusalWords[static_cast<std::size_t>(refusal)].name;
}

std::string_view refusal_text(Refusal refusal) {
  return kRefusalWords[static_cast<std::size_t>(refusal)].text;
}

std::expected<UnverifiedToken, Refusal> read_token(std::string_view text) {
  if (text.size() > kTokenBytesMax) return std::unexpected(Refusal::kTooLarge);
  const auto parts = split(text);
  if (!parts) return std::unexpected(Refusal::kMalformed);
  const auto header = base64url_decode(parts->header);
  const auto payload = base64url_decode(parts->payload);
  auto signature = base64url_decode(parts->signature);
  if (!header || !payload || !signature) return std::unexpected(Refusal::kMalformed);
  UnverifiedToken out;
  if (auto read = read_header(*header, out); !read) return std::unexpected(read.error());
  auto claims = read_claims(*payload);
  if (!claims) return std::unexpected(Refusal::kClaims);
  out.claims = std::move(*claims);
  out.signed_text = text.substr(0, parts->header.size() + 1 + parts->payload.size());
  out.signature = std::move(*signature);
  return out;
}

std::expected<void, Refusal> check_token(const UnverifiedToken& token, const VerifyKey& key,
                                         std::string_view audience, std::int64_t now_s) {
  if (token.algorithm != key.algorithm()) return std::unexpected(Refusal::kWrongAlgorithm);
  if (!key.verify(token.signed_text, token.signature)) {
    return std::unexpected(Refusal::kSignature);
  }
  const Claims& claims = token.claims;
  if (auto checked = check_times(claims, now_s); !checked) return checked;
  if (!audience.empty() && std::ranges::find(claims.audience, audience) == claims.audience.end()) {
    return std::unexpected(Refusal::kAudience);
  }
  return {};
}

std::string sign_token(const Claims& claims, const SigningKey& key, std::string_view key_id) {
  boost::json::object header{{"alg", algorithm_name(key.algorithm())}, {"typ", "JWT"}};
  if (!key_id.empty()) header["kid"] = key_id;
  std::string text = base64url_encode(as_bytes(json::serialize(header))) + '.' +
                     base64url_encode(as_bytes(write_claims(claims)));
  return text + '.' + base64url_encode(as_bytes(key.sign(text)));
}

}  // namespace confab::auth
