// Everybody whose tokens are taken, and what of theirs is not: API keys, our own keys, those of one
// provider elsewhere, and revocations. Sans-IO: what it holds is handed in, what it refuses is
// counted by reason. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "platform/auth/jwks.h"
#include "platform/auth/jwt.h"
#include "platform/auth/scopes.h"

namespace confab::auth {

// Of a program: its id is `iss` of the tokens that it signs with its secret (HS256).
struct ApiKey {
  std::string id;
  std::string name;
  Scopes scopes;
  std::string secret;
  bool is_revoked = false;
};

// Of ours, by which we sign what we are asked for. A generation is a span of time: it signs for one
// period, is published for one before and one after.
struct OwnKey {
  std::int64_t generation = 0;
  std::string id;
  SigningKey key;
};

class KeyRing {
 public:
  struct Rules {
    std::string own_issuer;     // `iss` of what we sign
    std::string audience;       // asked of every token, if there is one
    std::string remote_issuer;  // of the provider whose keys are fetched; empty: there is none
    std::int64_t period_s = std::int64_t{30} * 24 * 3600;
  };
  explicit KeyRing(Rules rules) : rules_(std::move(rules)) {}

  // ---- what it knows ----
  // Takes the place of what was there. Nothing is checked before the first time, nor before it is
  // known what was revoked.
  void set_api_keys(const std::vector<ApiKey>& keys);
  void set_own_keys(std::vector<OwnKey> keys);
  // Of the token (`iss`, `jti`), until it expires by itself.
  void revoke(std::string_view issuer, std::string_view id, std::int64_t expires_at_s);
  // All that was revoked before now was said.
  void know_revocations() { knows_revocations_ = true; }
  // Until set_api_keys() says the same.
  void revoke_api_key(std::string_view id);
  void forget_expired(std::int64_t now_s);
  RemoteKeys& remote() { return remote_; }
  const RemoteKeys& remote() const { return remote_; }

  bool is_ready() const { return has_keys_ && knows_revocations_; }
  // nullptr for none. Good until the next set_api_keys().
  const ApiKey* api_key(std::string_view id) const;
  // The key of this id, if it has this secret and is not revoked; in constant time.
  const ApiKey* proven(std::string_view id, std::string_view secret) const;
  std::size_t api_keys() const { return api_keys_.size(); }
  std::size_t revocations() const { return revoked_.size(); }

  // ---- tokens ----
  // Claims whose signature, times, key and revocation are all right.
  std::expected<Claims, Refusal> check(std::string_view token, std::int64_t now_s, Instant now);
  // Whether a token that was good has been revoked since, itself or with the key behind it. Of time
  // it says nothing: who was let in stays after the end of a token.
  bool has_ended(const Claims& claims) const;
  // By our own key; nothing while there is none.
  std::optional<std::string> sign(Claims claims, std::int64_t now_s) const;

  // ---- our own keys ----
  std::int64_t generation_at(std::int64_t now_s) const { return now_s / rules_.period_s; }
  // Of the one that signs now and the next, those that are not there yet.
  std::vector<std::int64_t> missing_generations(std::int64_t now_s) const;
  // Next, current and last, as a JSON Web Key Set.
  std::string published(std::int64_t now_s) const;

  struct Counts {
    std::uint64_t accepted = 0;
    std::array<std::uint64_t, kRefusals> refused{};
  };
  const Counts& counts() const { return counts_; }

 private:
  struct HeldKey {
    ApiKey key;
    VerifyKey verify;
  };

  std::expected<void, Refusal> check_read(const UnverifiedToken& token, std::int64_t now_s,
                                          Instant now);
  std::expected<void, Refusal> check_by_api_key(const UnverifiedToken& token, const HeldKey& key,
                                                std::int64_t now_s) const;
  std::expected<void, Refusal> check_own(const UnverifiedToken& token, std::int64_t now_s) const;
  bool is_revoked(const Claims& claims) const;
  bool is_published(const OwnKey& key, std::int64_t now_s) const;

  const Rules rules_;
  bool has_keys_ = false;
  bool knows_revocations_ = false;
  std::map<std::string, HeldKey, std::less<>> api_keys_;
  std::vector<OwnKey> own_keys_;
  std::map<std::string, std::int64_t, std::less<>> revoked_;  // by issuer and id; seconds
  RemoteKeys remote_;
  Counts counts_;
};

}  // namespace confab::auth
