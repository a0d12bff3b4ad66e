#include "platform/auth/jwks.h"

#include <algorithm>
#include <boost/json.hpp>
#include <expected>
#include <utility>

#include "base/check.h"
#include "platform/auth/base64url.h"
#include "platform/json/json.h"

namespace confab::auth {
namespace {

constexpr std::size_t kWordBytesMax = 64;
constexpr std::size_t kIdBytesMax = 256;
// RSA of 8192 bits, in base64.
constexpr std::size_t kNumberCharsMax = 1400;

// Bytes of a member; empty for what is none.
std::string number_of(const json::Reader& in) {
  return base64url_decode(in.string(kNumberCharsMax)).value_or(std::string());
}

VerifyKey::Made read_key(const json::Reader& in) {
  const std::string_view kind = in["kty"].string(kWordBytesMax);
  if (kind == "RSA")
    return VerifyKey::rsa(as_bytes(number_of(in["n"])), as_bytes(number_of(in["e"])));
  const bool is_p256 = kind == "EC" && in["crv"].string(kWordBytesMax) == "P-256";
  if (is_p256) return VerifyKey::p256(as_bytes(number_of(in["x"])), as_bytes(number_of(in["y"])));
  const bool is_ed25519 = kind == "OKP" && in["crv"].string(kWordBytesMax) == "Ed25519";
  if (is_ed25519) return VerifyKey::ed25519(as_bytes(number_of(in["x"])));
  // "oct" among them: a secret that stands in a public set is none.
  return std::unexpected(KeyFault::kUnsupported);
}

// RFC 7517 §4.2 to §4.4: what it is for, where that is said.
bool is_for_signatures(const json::Reader& in, const VerifyKey& key) {
  if (in["use"].string_or("sig", kWordBytesMax) != "sig") return false;
  const std::string_view name = algorithm_name(key.algorithm());
  return in["alg"].string_or(name, kWordBytesMax) == name;
}

}  // namespace

Result<KeySet> KeySet::read(std::string_view text) {
  const auto value = json::parse(text, kJwksBytesMax);
  if (!value) return std::unexpected(value.error());
  json::ReadStatus status;
  KeySet out;
  json::Reader(*value, status)["keys"].elements(kJwksKeysMax, [&](const json::Reader&) {});
  if (!status.ok()) return std::unexpected(status.error());
  // Each by itself: one that is broken does not take the others with it.
  for (const boost::json::value& each : value->at("keys").as_array()) {
    json::ReadStatus of_key;
    const json::Reader in(each, of_key);
    auto key = read_key(in);
    const bool is_wanted = key && is_for_signatures(in, *key);
    std::string id(in["kid"].string_or("", kIdBytesMax));
    if (is_wanted && of_key.ok()) {
      out.keys_.push_back({std::move(id), std::move(*key)});
    } else {
      ++out.passed_over_;
    }
  }
  return out;
}

const VerifyKey* KeySet::find(std::string_view key_id, Algorithm algorithm) const {
  const VerifyKey* found = nullptr;
  for (const Entry& entry : keys_) {
    if (entry.id != key_id) continue;
    if (entry.key.algorithm() == algorithm) return &entry.key;
    if (found == nullptr) found = &entry.key;
  }
  return found;
}

const VerifyKey* RemoteKeys::find(std::string_view key_id, Algorithm algorithm, Instant now) {
  const bool is_usable = keys_ && now < fetched_at_ + kUsable;
  const VerifyKey* key = is_usable ? keys_->find(key_id, algorithm) : nullptr;
  if (key == nullptr) next_ = std::min(next_, std::max(now, pause_until_));
  return key;
}

void RemoteKeys::began(Instant now) {
  is_fetching_ = true;
  pause_until_ = now + kPause;
}

Result<void> RemoteKeys::fetched(std::string_view text, Instant now) {
  auto keys = KeySet::read(text);
  if (!keys) {
    failed();
    return std::unexpected(keys.error());
  }
  is_fetching_ = false;
  keys_ = std::move(*keys);
  fetched_at_ = now;
  next_ = now + kFresh;
  return {};
}

void RemoteKeys::failed() {
  is_fetching_ = false;
  next_ = pause_until_;
}

std::optional<Duration> RemoteKeys::age(Instant now) const {
  if (!keys_) return std::nullopt;
  return now - fetched_at_;
}

}  // namespace confab::auth
