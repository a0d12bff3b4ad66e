#include "platform/auth/key_ring.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace confab::auth {
namespace {

// With its length, so that no two pairs are written alike.
std::string revocation_key(std::string_view issuer, std::string_view id) {
  return std::to_string(issuer.size()) + ':' + std::string(issuer) + std::string(id);
}

}  // namespace

void KeyRing::set_api_keys(const std::vector<ApiKey>& keys) {
  api_keys_.clear();
  for (const ApiKey& key : keys) {
    if (auto verify = VerifyKey::hmac(key.secret)) {
      api_keys_.emplace(key.id, HeldKey{key, std::move(*verify)});
    }
  }
  has_keys_ = true;
}

void KeyRing::set_own_keys(std::vector<OwnKey> keys) {
  own_keys_ = std::move(keys);
  // Newest first.
  std::ranges::sort(own_keys_, std::ranges::greater{}, &OwnKey::generation);
}

void KeyRing::revoke(std::string_view issuer, std::string_view id, std::int64_t expires_at_s) {
  revoked_.insert_or_assign(revocation_key(issuer, id), expires_at_s);
}

void KeyRing::revoke_api_key(std::string_view id) {
  const auto it = api_keys_.find(id);
  if (it != api_keys_.end()) it->second.key.is_revoked = true;
}

void KeyRing::forget_expired(std::int64_t now_s) {
  std::erase_if(revoked_, [&](const auto& entry) { return entry.second < now_s - kLeewayS; });
}

const ApiKey* KeyRing::api_key(std::string_view id) const {
  const auto it = api_keys_.find(id);
  return it == api_keys_.end() ? nullptr : &it->second.key;
}

const ApiKey* KeyRing::proven(std::string_view id, std::string_view secret) const {
  const ApiKey* key = api_key(id);
  if (key == nullptr || key->is_revoked || key->secret.size() != secret.size()) return nullptr;
  return CRYPTO_memcmp(key->secret.data(), secret.data(), secret.size()) == 0 ? key : nullptr;
}

std::expected<Claims, Refusal> KeyRing::check(std::string_view text, std::int64_t now_s,
                                              Instant now) {
  auto token = read_token(text);
  const auto checked = token ? check_read(*token, now_s, now) : std::unexpected(token.error());
  if (!checked) {
    ++counts_.refused[static_cast<std::size_t>(checked.error())];
    return std::unexpected(checked.error());
  }
  ++counts_.accepted;
  return std::move(token->claims);
}

// `iss` says whose key it must be: a provider can not speak for an API key, nor the other way
// round.
std::expected<void, Refusal> KeyRing::check_read(const UnverifiedToken& token, std::int64_t now_s,
                                                 Instant now) {
  if (!is_ready()) return std::unexpected(Refusal::kNotReady);
  const Claims& claims = token.claims;
  if (const auto it = api_keys_.find(claims.issuer); it != api_keys_.end()) {
    return check_by_api_key(token, it->second, now_s);
  }
  if (claims.issuer == rules_.own_issuer) return check_own(token, now_s);
  if (rules_.remote_issuer.empty() || claims.issuer != rules_.remote_issuer) {
    return std::unexpected(Refusal::kUnknownKey);
  }
  const VerifyKey* key = remote_.find(token.key_id, token.algorithm, now);
  if (key == nullptr) return std::unexpected(Refusal::kUnknownKey);
  if (auto checked = check_token(token, *key, rules_.audience, now_s); !checked) return checked;
  if (is_revoked(claims)) return std::unexpected(Refusal::kRevoked);
  return {};
}

std::expected<void, Refusal> KeyRing::check_by_api_key(const UnverifiedToken& token,
                                                       const HeldKey& key,
                                                       std::int64_t now_s) const {
  auto checked = check_token(token, key.verify, rules_.audience, now_s);
  if (!checked) return checked;
  if (key.key.is_revoked || is_revoked(token.claims)) return std::unexpected(Refusal::kRevoked);
  if (!key.key.scopes.covers(scopes_needed(token.claims))) {
    return std::unexpected(Refusal::kScope);
  }
  return {};
}

std::expected<void, Refusal> KeyRing::check_own(const UnverifiedToken& token,
                                                std::int64_t now_s) const {
  const auto key = std::ranges::find(own_keys_, token.key_id, &OwnKey::id);
  // No longer than it is published: whoever reads the set and we say the same.
  if (key == own_keys_.end() || !is_published(*key, now_s)) {
    return std::unexpected(Refusal::kUnknownKey);
  }
  auto checked = check_token(token, key->key.verify_key(), rules_.audience, now_s);
  if (!checked) return checked;
  // What a key had us sign is worth as much as the key.
  const std::string& party = token.claims.authorized_party;
  const ApiKey* asked_by = party.empty() ? nullptr : api_key(party);
  const bool is_orphan = !party.empty() && (asked_by == nullptr || asked_by->is_revoked);
  if (is_orphan || is_revoked(token.claims)) return std::unexpected(Refusal::kRevoked);
  return {};
}

bool KeyRing::has_ended(const Claims& claims) const {
  const auto is_over = [this](std::string_view id) {
    const ApiKey* key = id.empty() ? nullptr : api_key(id);
    return key != nullptr && key->is_revoked;
  };
  const bool is_ours = claims.issuer == rules_.own_issuer;
  return is_over(claims.issuer) || (is_ours && is_over(claims.authorized_party)) ||
         is_revoked(claims);
}

bool KeyRing::is_revoked(const Claims& claims) const {
  return !claims.id.empty() && revoked_.contains(revocation_key(claims.issuer, claims.id));
}

std::optional<std::string> KeyRing::sign(Claims claims, std::int64_t now_s) const {
  const auto key = std::ranges::find(own_keys_, generation_at(now_s), &OwnKey::generation);
  if (key == own_keys_.end()) return std::nullopt;
  claims.issuer = rules_.own_issuer;
  if (!rules_.audience.empty()) claims.audience = {rules_.audience};
  return sign_token(claims, key->key, key->id);
}

std::vector<std::int64_t> KeyRing::missing_generations(std::int64_t now_s) const {
  std::vector<std::int64_t> out;
  const std::int64_t current = generation_at(now_s);
  for (const std::int64_t wanted : {current, current + 1}) {
    if (std::ranges::find(own_keys_, wanted, &OwnKey::generation) == own_keys_.end()) {
      out.push_back(wanted);
    }
  }
  return out;
}

bool KeyRing::is_published(const OwnKey& key, std::int64_t now_s) const {
  return std::abs(key.generation - generation_at(now_s)) <= 1;
}

std::string KeyRing::published(std::int64_t now_s) const {
  std::string out;
  for (const OwnKey& each : own_keys_) {
    if (!is_published(each, now_s)) continue;
    out += (out.empty() ? "" : ",") + each.key.public_jwk(each.id);
  }
  return R"({"keys":[)" + out + "]}";
}

}  // namespace confab::auth
