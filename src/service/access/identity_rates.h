// How often one key, or one person by tokens, may ask. Beside the rates of addresses: a thousand
// people behind one address are not each other's, and one key asks from many addresses. Memory is
// bounded: beyond kIdentitiesMax those who come last share one bucket.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/instant.h"
#include "call/rate_limit.h"

namespace confab::access {

class IdentityRates {
 public:
  // 1,000 keys, and as many people by tokens as ask REST within a burst's time.
  static constexpr std::size_t kIdentitiesMax = 10'000;

  IdentityRates(call::Rate rate, Instant now) : rate_(rate), shared_(rate, now) {}

  bool take(const std::string& identity, Instant now) {
    auto at = buckets_.find(identity);
    if (at == buckets_.end()) {
      if (buckets_.size() >= kIdentitiesMax) forget_idle(now);
      if (buckets_.size() >= kIdentitiesMax) return shared_.take(now);
      at = buckets_.emplace(identity, Entry{call::TokenBucket(rate_, now), now}).first;
    }
    at->second.asked = now;
    return at->second.bucket.take(now);
  }
  std::size_t size() const { return buckets_.size(); }

 private:
  struct Entry {
    call::TokenBucket bucket;
    Instant asked;
  };

  // Whose bucket has filled up again. At most once a second: a full table must not be slow as well.
  void forget_idle(Instant now) {
    if (now < forget_at_) return;
    forget_at_ = now + 1s;
    std::erase_if(buckets_, [&](const auto& each) {
      return to_seconds(now - each.second.asked) * rate_.per_second >= rate_.burst;
    });
  }

  const call::Rate rate_;
  std::map<std::string, Entry> buckets_;
  call::TokenBucket shared_;
  Instant forget_at_{};
};

}  // namespace confab::access
