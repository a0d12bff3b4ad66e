// JSON Web Key Sets (RFC 7517): the public keys of whoever signs tokens elsewhere, and when to ask
// for them again. Sans-IO: somebody else fetches.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "platform/auth/jws_key.h"

namespace confab::auth {

inline constexpr std::size_t kJwksBytesMax = 256 * 1024;
// Providers publish two or three; Google's largest set has some ten.
inline constexpr std::size_t kJwksKeysMax = 100;

class KeySet {
 public:
  // Keys that we can not use are passed over and counted (RFC 7517 §5): of other kinds and curves,
  // for encryption, too weak, secret ones. An error is a text that is no set.
  static Result<KeySet> read(std::string_view json);

  // By its id, the one of this algorithm first; nullptr for none. A key without an id has "".
  const VerifyKey* find(std::string_view key_id, Algorithm algorithm) const;
  std::size_t size() const { return keys_.size(); }
  std::size_t passed_over() const { return passed_over_; }

 private:
  struct Entry {
    std::string id;
    VerifyKey key;
  };
  std::vector<Entry> keys_;
  std::size_t passed_over_ = 0;
};

// A set that is somewhere else, as we last saw it.
class RemoteKeys {
 public:
  // A provider that changes keys publishes the new one longer before than this.
  static constexpr Duration kFresh = 10min;
  // Between two attempts, whatever tokens say: who shows tokens with invented ids must not make us
  // ask all the time.
  static constexpr Duration kPause = 30s;
  // A provider that is away for a night takes nobody's calls away.
  static constexpr Duration kUsable = 24h;

  // nullptr where there is none; where it might be new, the set is wanted again.
  const VerifyKey* find(std::string_view key_id, Algorithm algorithm, Instant now);

  // When to fetch next. Between began() and its end: never.
  Instant next_fetch() const { return is_fetching_ ? kNever : next_; }
  void began(Instant now);
  // One of the two ends it. An answer that is no set changes nothing and is an error.
  Result<void> fetched(std::string_view json, Instant now);
  void failed();

  // For how long what we have has not been confirmed; nothing before the first set.
  std::optional<Duration> age(Instant now) const;
  std::size_t size() const { return keys_ ? keys_->size() : 0; }

 private:
  std::optional<KeySet> keys_;
  Instant fetched_at_{};
  Instant pause_until_{};
  Instant next_{};  // at once
  bool is_fetching_ = false;
};

}  // namespace confab::auth
