// How often one API key may have tokens made and revoked: each is a line of the audit log and a row
// or a signature, and there is room for 100,000 of either.
#pragma once

#include <map>
#include <string>

#include "base/instant.h"
#include "call/rate_limit.h"

namespace confab::access {

// 20 at once, as when a class begins, then one a second: 86,400 in the day for which a revocation
// is kept. Who needs more signs with the secret of a key, and asks nobody.
inline constexpr call::Rate kTokenRate{20, 1};

// Keys that were proven only, of which there are 1,000 at the most.
class KeyRates {
 public:
  bool take(const std::string& key, Instant now) {
    return buckets_.try_emplace(key, kTokenRate, now).first->second.take(now);
  }

 private:
  std::map<std::string, call::TokenBucket> buckets_;
};

}  // namespace confab::access
